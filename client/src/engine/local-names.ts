import { assert, splitName, utf8Length } from '@syncline/protocol';
import { DISK_NAME_RULES, type DiskKind, type DiskNameRules, holdsEveryName } from './disk-name-rules.ts';
import { foldName } from './fold-name.ts';
import { CUT_EXTENSION_LENGTH, LOCAL_NAME_LENGTH_MIN, TWIN_ATTEMPTS_MAX } from './limits.ts';
import { MARK, nameEscapes } from './name-escapes.ts';
import { readTag, writeTagged, writeUntagged } from './name-tags.ts';

/**
 * What the nodes of a folder are called on a disk, and the reverse.
 *
 * A disk that can hold all names of the service, one beside the other, has the identity. On any other:
 *
 * - `toName(toLocal(name)) === name` unless the local name is shortened. Two names never have the same such local name.
 * - `toLocal(toName(localName)) === localName` for what anybody can call a file there, unless it is a twin's name or a shortened
 *   one: no round trip renames what people made. What the service refuses to hold is refused by it after `toName` as well.
 * - A name that the disk cannot hold in full is shortened: its beginning, a hash, its extension. Such a local name is its own
 *   `toName`, so the true name has to be remembered, or found again as the one in this folder whose `toLocal` it is. Windows
 *   shortens no name of less than 128 units, and a disk that only folds none without a mark (U+201B).
 * - A twin's name is no other node's `toLocal`, and `toName` tells whose it is, unless it had to be shortened. Where somebody put a
 *   copy of such a file beside the one that is really called so, two entries have one `toName`; the second is then to be called
 *   what the disk calls it.
 *
 * Source: docs/decisions/0090-local-names.md
 */
export interface LocalNames {
  /** Whether the disk can hold every name, one beside the other, so that all names are the same on both sides. */
  readonly isExact: boolean;
  /** Name on the disk of a node called `name`, which is the name itself wherever the disk can hold it. Precondition: the service can. */
  toLocal(name: string): string;
  /** Name at the service of what is called `localName` on the disk. */
  toName(localName: string): string;
  /** Whether a name on the disk does not tell the name at the service. */
  isShortened(localName: string): boolean;
  /**
   * Names that are one to this disk have one key. The reverse is not certain, because disks know different versions of Unicode:
   * two entries that stand on the disk side by side can have one key, and are two.
   */
  key(localName: string): string;
  /** Local name for a node whose own one is taken; `attempt` counts from 1, and each gives another name. */
  twin(name: string, attempt: number): string;
}

/** How nodes are called on a disk of a kind; `known` is what was found out about this very disk. */
export function localNames(kind: DiskKind, known: Partial<DiskNameRules> = {}): LocalNames {
  const rules = { ...DISK_NAME_RULES[kind], ...known };
  assert(rules.lengthMax >= LOCAL_NAME_LENGTH_MIN, 'a disk has room for a shortened name');
  const mapped = mappedNames(rules);
  if (!holdsEveryName(rules)) return mapped;
  return {
    ...mapped,
    isExact: true,
    toLocal: (name) => name,
    toName: (localName) => localName,
    isShortened: () => false,
  };
}

function mappedNames(rules: DiskNameRules): LocalNames {
  const escapes = nameEscapes(rules);
  const toLocal = (name: string): string => {
    const full = escapes.escape(writeUntagged(name));
    return fits(full, rules) ? full : shortened(full, name, rules);
  };
  return {
    isExact: false,
    toLocal,
    toName(localName) {
      const read = readTag(escapes.unescape(localName));
      return read.kind === 'shortened' ? localName : read.name;
    },
    isShortened: (localName) => readTag(escapes.unescape(localName)).kind === 'shortened',
    key: (localName) => foldName(localName, rules),
    twin(name, attempt) {
      assert(attempt >= 1 && attempt <= TWIN_ATTEMPTS_MAX, 'attempts for a twin are counted from 1 and bounded');
      const full = escapes.escape(writeTagged(name, String(attempt)));
      // No name has a slash.
      return fits(full, rules) ? full : shortened(escapes.escape(writeUntagged(name)), `${name}/${attempt}`, rules);
    },
  };
}

/** `full` is a local name but for its length; the hash is that of `meaning`. */
function shortened(full: string, meaning: string, rules: DiskNameRules): string {
  const { stem, extension } = splitName(full);
  const tag = `${MARK}~${hashText(meaning)}`;
  const room = rules.lengthMax - lengthOf(tag, rules);
  const extensionRoom = Math.max(CUT_EXTENSION_LENGTH, room - lengthOf(stem, rules));
  const isWhole = lengthOf(extension, rules) <= extensionRoom;
  // What was cut might end in a dot or a space.
  const kept = isWhole ? extension : `${cut(extension, extensionRoom - 1, rules)}~`;
  const beginning = cut(stem, room - lengthOf(kept, rules), rules).replace(/\u201b+$/, '');
  return beginning + tag + kept;
}

/** The longest beginning, in whole characters, that is at most `length` long. */
function cut(text: string, length: number, rules: DiskNameRules): string {
  let beginning = '';
  let taken = 0;
  for (const character of text) {
    taken += lengthOf(character, rules);
    if (taken > length) break;
    beginning += character;
  }
  return beginning;
}

function fits(localName: string, rules: DiskNameRules): boolean {
  return lengthOf(localName, rules) <= rules.lengthMax;
}

function lengthOf(text: string, { lengthUnit }: DiskNameRules): number {
  return lengthUnit === 'utf8-bytes' ? utf8Length(text) : text.length;
}

/** FNV-1a over the text's units, as 13 digits to the base 32. Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function hashText(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  }
  return hash.toString(32).padStart(13, '0');
}
