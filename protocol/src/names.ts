import * as z from 'zod/mini';
import { NAME_BYTES_MAX } from './limits.ts';

/**
 * Why a text cannot be the name of a node, or undefined when it can.
 * A name is one component of a path: 1 to 255 bytes of UTF-8 without `/`, NUL, control characters, lone surrogates, `.` and `..`.
 */
export function nameDefect(name: string): string | undefined {
  if (name.length === 0) return 'a name cannot be empty';
  if (name === '.' || name === '..') return 'a name cannot be "." or ".."';
  if (name.includes('/')) return 'a name cannot contain "/"';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'a name cannot contain control characters';
  if (!name.isWellFormed()) return 'a name cannot contain half a surrogate pair';
  if (utf8Length(name) > NAME_BYTES_MAX) return `a name cannot be longer than ${NAME_BYTES_MAX} bytes of UTF-8`;
  return undefined;
}

export const NodeName = z.string().check(
  z.superRefine((name, context) => {
    const defect = nameDefect(name);
    if (defect !== undefined) context.addIssue({ code: 'custom', message: defect, input: name });
  }),
);

/**
 * The key under which a name is unique in its folder: the name itself, character by character. So the service can hold whatever
 * any disk holds, and a client whose disk takes two of these names for one deals with that where it arises.
 * Source: docs/decisions/0080-exact-names.md
 */
export function nameKey(name: string): string {
  return name;
}

/** Longest key of a name, in bytes of UTF-8. */
export const NAME_KEY_BYTES_MAX = NAME_BYTES_MAX;

/** Bytes of `text` in UTF-8, without making them. Precondition: `text` is well formed. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Splits a name into stem and extension, so that `a.tar` + `.gz` and `.profile` + `` stay what people expect. */
export function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? { stem: name, extension: '' } : { stem: name.slice(0, dot), extension: name.slice(dot) };
}

/**
 * `report (conflicted copy from DEVICE 2026-01-31 174502).pdf`; `attempt` above 1 adds ` 2`, ` 3` … before the parenthesis closes.
 * Stem and device name are shortened, by whole characters, where the result would pass the limit of a name.
 */
export function conflictedName(options: {
  readonly name: string;
  readonly deviceName: string;
  readonly at: Date;
  readonly attempt: number;
}): string {
  const { stem, extension } = splitName(options.name);
  const stamp = options.at.toISOString();
  const time = `${stamp.slice(0, 10)} ${stamp.slice(11, 19).replaceAll(':', '')}`;
  const legal = options.deviceName.toWellFormed().replace(/[/\u0000-\u001f\u007f-\u009f]/g, '-');
  const device = shortened(legal, DEVICE_BYTES_MAX);
  const suffix = ` (conflicted copy from ${device} ${time}${options.attempt > 1 ? ` ${options.attempt}` : ''})`;
  return fitName(stem, suffix, extension);
}

/** `report (2).pdf`. The stem is shortened, by whole characters, where the result would pass the limit of a name. */
export function numberedName(name: string, mark: number | string): string {
  const { stem, extension } = splitName(name);
  return fitName(stem, ` (${mark})`, extension);
}

export interface ConflictedName {
  /** Of the file that the copy was made beside; shortened where the copy's name would have been too long. */
  readonly name: string;
  readonly deviceName: string;
  readonly at: Date;
}

/** Reads what `conflictedName` wrote; undefined for every other name. */
export function parseConflictedName(name: string): ConflictedName | undefined {
  const match =
    /^(?<stem>.*) \(conflicted copy from (?<deviceName>.+) (?<date>\d{4}-\d\d-\d\d) (?<time>\d{6})(?: \d+)?\)(?<extension>.*)$/su.exec(
      name,
    );
  if (match?.groups === undefined) return undefined;
  const { stem = '', deviceName = '', date = '', time = '', extension = '' } = match.groups;
  const at = new Date(`${date}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`);
  return Number.isNaN(at.getTime()) ? undefined : { name: stem + extension, deviceName, at };
}

/** Bytes of a device's name in the name of a copy: with the longest extension, a third of the name is left for the stem. */
const DEVICE_BYTES_MAX = 96;
/** Longest ending that counts as an extension, in bytes; what is longer is shortened like a stem. */
const EXTENSION_BYTES_MAX = 32;

function fitName(stem: string, suffix: string, extension: string): string {
  const kept = utf8Length(extension) > EXTENSION_BYTES_MAX ? '' : extension;
  const base = kept === '' ? stem + extension : stem;
  return shortened(base, NAME_BYTES_MAX - utf8Length(suffix) - utf8Length(kept)) + suffix + kept;
}

/** The longest beginning of `text`, in whole characters, of at most `bytesMax` bytes. */
function shortened(text: string, bytesMax: number): string {
  let short = '';
  let bytes = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > bytesMax) break;
    short += character;
  }
  return short;
}
