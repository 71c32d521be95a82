import { NAME_BYTES_MAX } from '@syncline/protocol';

/** The rules of a disk, as its operating system makes them. */
export type DiskKind = 'posix' | 'apple' | 'windows';

/** What a disk does with names. The probe of a platform finds it out for one disk. */
export interface DiskNameRules {
  /** Takes `Note` and `note` for one. */
  readonly foldsCase: boolean;
  /** Takes an accent written as one character and as two for one. */
  readonly foldsForm: boolean;
  /** Those of `<>:"|?*\` that it refuses in a name. */
  readonly refusedCharacters: string;
  /** Refuses or drops a dot or a space at the end of a name. */
  readonly refusesEnds: boolean;
  /** Refuses the names of DOS devices, such as `CON` and `com1.txt`. */
  readonly refusesDeviceNames: boolean;
  /** Length of the longest name … */
  readonly lengthMax: number;
  /** … and what it is counted in. */
  readonly lengthUnit: 'utf8-bytes' | 'utf16-units';
}

/** All that any disk refuses in a name of the service. Source: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
export const REFUSABLE_CHARACTERS = '<>:"|?*\\';

const POSIX: DiskNameRules = {
  foldsCase: false,
  foldsForm: false,
  refusedCharacters: '',
  refusesEnds: false,
  refusesDeviceNames: false,
  lengthMax: NAME_BYTES_MAX,
  lengthUnit: 'utf8-bytes',
};

/** What is assumed of a disk of each kind while nothing is known of this very one. */
export const DISK_NAME_RULES: Readonly<Record<DiskKind, DiskNameRules>> = {
  posix: POSIX,
  apple: { ...POSIX, foldsCase: true, foldsForm: true },
  windows: {
    foldsCase: true,
    foldsForm: false,
    refusedCharacters: REFUSABLE_CHARACTERS,
    refusesEnds: true,
    refusesDeviceNames: true,
    lengthMax: 255,
    lengthUnit: 'utf16-units',
  },
};

/** Whether every name of the service can stand on the disk, beside every other. */
export function holdsEveryName(rules: DiskNameRules): boolean {
  const folds = rules.foldsCase || rules.foldsForm;
  const refuses = rules.refusedCharacters !== '' || rules.refusesEnds || rules.refusesDeviceNames;
  // A name has at most as many units of UTF-16 as bytes of UTF-8.
  return !folds && !refuses && rules.lengthMax >= NAME_BYTES_MAX;
}
