import { closeSync, lstatSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DiskKind, type DiskNameRules, REFUSABLE_CHARACTERS } from '../../engine/disk-name-rules.ts';
import { LOCAL_NAME_LENGTH_MIN } from '../../engine/limits.ts';
import { errorCode } from './error-code.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';

/** The kind of the disks of a platform. */
export function diskKind(platform: NodeJS.Platform): DiskKind {
  return platform === 'win32' ? 'windows' : platform === 'darwin' ? 'apple' : 'posix';
}

/**
 * Finds out what the disk of a synced folder does with names, by making files in a folder of its own below `.syncline`, which it
 * removes. What cannot be found out is left to the kind of the disk: everything, when nothing can be written there.
 *
 * On Windows only folding is tried, because there the system refuses or changes names before a disk sees them. A folder can
 * differ from its root (ext4 folds case by folder); then a name clashes that nobody foresaw, and is reported where it does.
 * Cost: about 30 files made and removed.
 */
export function probeDiskNames(root: string, kind: DiskKind): Partial<DiskNameRules> {
  let folder: string;
  try {
    // A root without its marker's folder may be the empty place of a disk that is away: nothing is made there.
    folder = mkdtempSync(join(root, ENGINE_FOLDER, 'names-'));
  } catch (error) {
    expectDiskError(error);
    return {};
  }
  try {
    const folds = { foldsCase: isSame(folder, 'case', 'CASE'), foldsForm: isSame(folder, 'caf\u00e9', 'cafe\u0301') };
    const found = kind === 'windows' ? folds : { ...folds, ...probeRefusals(folder), ...probeLength(folder) };
    // A disk that is full or went away refuses all names.
    return holds(folder, 'ordinary') ? found : {};
  } finally {
    remove(folder);
  }
}

function probeRefusals(folder: string): Partial<DiskNameRules> {
  const refused = REFUSABLE_CHARACTERS.split('').filter((character) => !holds(folder, `a${character}b`));
  return {
    refusedCharacters: refused.join(''),
    refusesEnds: !holds(folder, 'dot.') || !holds(folder, 'space '),
    refusesDeviceNames: !holds(folder, 'nul') || !holds(folder, 'con.txt'),
  };
}

/** Three bytes and one unit each. */
const WIDE = '\u4e2d';
const UNITS_MAX = 255;

function probeLength(folder: string): Partial<DiskNameRules> {
  if (holds(folder, WIDE.repeat(UNITS_MAX))) return { lengthMax: UNITS_MAX, lengthUnit: 'utf16-units' };
  let fitting = LOCAL_NAME_LENGTH_MIN;
  let tooLong = UNITS_MAX + 1;
  // Halves what is unknown, so it ends after eight names.
  while (tooLong - fitting > 1) {
    const tried = Math.floor((fitting + tooLong) / 2);
    if (holds(folder, wideName(tried))) fitting = tried;
    else tooLong = tried;
  }
  return { lengthMax: fitting, lengthUnit: 'utf8-bytes' };
}

/** A name of so many bytes. */
function wideName(bytes: number): string {
  return WIDE.repeat(Math.floor(bytes / 3)) + 'n'.repeat(bytes % 3);
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    // What stays is empty and in the engine's own folder.
    expectDiskError(error);
  }
}

/** Whether a file can be made under a name, and is then listed under it. */
function holds(folder: string, name: string): boolean {
  try {
    closeSync(openSync(join(folder, name), 'w'));
    return readdirSync(folder).includes(name);
  } catch (error) {
    expectDiskError(error);
    return false;
  }
}

/** Whether a file that is made under one name is found under another. */
function isSame(folder: string, name: string, other: string): boolean {
  try {
    closeSync(openSync(join(folder, name), 'w'));
    return lstatSync(join(folder, other), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    expectDiskError(error);
    return false;
  }
}

/** @throws what is no answer of the operating system: a defect. */
function expectDiskError(error: unknown): void {
  if (errorCode(error) === undefined) throw error;
}
