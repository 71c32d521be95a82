import { splitName } from '@syncline/protocol';
import { MARK } from './name-escapes.ts';

/**
 * Tags at the end of a name's stem, as in `Note‛1.txt`: a number for the local name of a twin, `~` and a hash for a shortened one.
 *
 * A name can look like that by itself, so what it means is told by how many marks stand before: k marks and what looks like a tag
 * are written with 2k marks, and a tag behind a stem that ends in k marks with 2k + 1. Where the rest would be no name (`.1` has
 * no twin `.`), a tag is written with 2k - 1, so that every number of marks means something.
 */
const TAGGED = /^((?:.*[^\u201b])?)(\u201b+)([1-9][0-9]{0,4}|~[0-9a-v]{13})$/is;

export type ReadTag =
  | { readonly kind: 'none'; readonly name: string }
  | { readonly kind: 'twin'; readonly name: string }
  | { readonly kind: 'shortened' };

/** A name without any tag of ours, written so that it is not read as one that has. One to one. */
export function writeUntagged(name: string): string {
  const found = find(name);
  return found === undefined ? name : found.base + MARK.repeat(2 * found.marks) + found.tag + found.extension;
}

/** Precondition: `name` is valid at the service. One to one, and nobody's `writeUntagged`. */
export function writeTagged(name: string, tag: string): string {
  const { stem, extension } = splitName(name);
  const base = stem.replace(/\u201b+$/, '');
  const marks = stem.length - base.length;
  return base + MARK.repeat(isVoid(base, extension) ? 2 * marks - 1 : 2 * marks + 1) + tag + extension;
}

/** The reverse of both. */
export function readTag(text: string): ReadTag {
  const found = find(text);
  if (found === undefined) return { kind: 'none', name: text };
  const { base, marks, tag, extension } = found;
  if (marks % 2 === 0) return { kind: 'none', name: base + MARK.repeat(marks / 2) + tag + extension };
  if (tag.startsWith('~')) return { kind: 'shortened' };
  const kept = isVoid(base, extension) ? (marks + 1) / 2 : (marks - 1) / 2;
  return { kind: 'twin', name: base + MARK.repeat(kept) + extension };
}

function find(text: string) {
  if (!text.includes(MARK)) return undefined;
  const { stem, extension } = splitName(text);
  const [, base, marks, tag] = TAGGED.exec(stem) ?? [];
  if (base === undefined || marks === undefined || tag === undefined) return undefined;
  return { base, marks: marks.length, tag, extension };
}

/** Whether there is no name with this stem. */
function isVoid(base: string, extension: string): boolean {
  return base === '' || (base === '.' && (extension === '' || extension === '.'));
}
