import { joinPath, parentPath } from '../../client/src/engine/trees.ts';
import type { Chance } from './chance.ts';
import type { DeviceDisk } from './device-disk.ts';

/** Few names, so that people and devices meet; with the pairs that some systems take for one. */
const NAMES = ['a', 'b', 'c', 'd.txt', 'e.txt', 'A', 'ä', 'a\u0308'];
/** Texts that several people write by chance. */
const SHARED_TEXTS = ['', 'x', 'y'];
const SHARED_SHARE = 0.15;
/** Above this the tree only shrinks. */
const PATHS_MAX = 30;

type Doing = 'write' | 'replace' | 'append' | 'mkdir' | 'rename' | 'swap' | 'remove' | 'chmod' | 'touch' | 'copy';

/** Each as often as its weight. */
const WEIGHTS: Readonly<Record<Doing, number>> = {
  write: 4,
  replace: 2,
  append: 1,
  mkdir: 2,
  rename: 3,
  swap: 1,
  remove: 2,
  chmod: 1,
  touch: 1,
  copy: 1,
};
const DOINGS = Object.entries(WEIGHTS).flatMap(([doing, weight]) =>
  Array.from({ length: weight }, () => doing as Doing),
);

const LONG_EVERY = 2;
const LONG_REPEATS = 100;
const SHOWN_CHARS = 40;

/**
 * One thing that somebody does to a disk. `mark` makes its text one of its kind; `near` is a path at which something happens just
 * now. Answers what was done, for the trace; undefined when there was nothing to do it with.
 */
export function editDisk(
  disk: DeviceDisk,
  chance: Chance,
  { mark, near }: { readonly mark: string; readonly near?: string },
): string | undefined {
  const texts = disk.texts();
  const paths = [...texts.keys()];
  const text = chance.happens(SHARED_SHARE) ? chance.pick(SHARED_TEXTS) : textOf(mark);
  const doing = paths.length > PATHS_MAX ? 'remove' : chance.pick(DOINGS);
  const place = aPlace(texts, chance);
  const isNear = near !== undefined && chance.happens(0.7);
  const picked = isNear && texts.has(near) ? near : paths.length === 0 ? undefined : chance.pick(paths);
  const target = isNear && isPlace(texts, near) ? near : place;
  switch (doing) {
    case 'mkdir':
      if (texts.has(target)) return undefined;
      disk.mkdir(target);
      return `mkdir ${target}`;
    case 'write':
    case 'replace': {
      const path = picked !== undefined && chance.happens(0.5) ? picked : target;
      if (isFolder(texts, path)) return undefined;
      if (doing === 'write') disk.write(path, text);
      else disk.replace(path, text);
      return `${doing} ${path} ${shown(text)}`;
    }
    case 'rename':
      if (picked === undefined || areNested(picked, target)) return undefined;
      disk.rename(picked, target);
      return `rename ${picked} → ${target}`;
    default:
      return picked === undefined ? undefined : changeOne({ disk, chance, texts }, { doing, picked, place, text });
  }
}

/** One text in LONG_EVERY is long enough that it travels compressed. */
function textOf(mark: string): string {
  return mark.charCodeAt(mark.length - 1) % LONG_EVERY === 0 ? `${mark}${' again'.repeat(LONG_REPEATS)}` : mark;
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text);
}

interface Change {
  readonly doing: Exclude<Doing, 'mkdir' | 'write' | 'replace' | 'rename'>;
  readonly picked: string;
  readonly place: string;
  readonly text: string;
}

type Texts = ReadonlyMap<string, string | undefined>;

function changeOne(
  { disk, chance, texts }: { readonly disk: DeviceDisk; readonly chance: Chance; readonly texts: Texts },
  { doing, picked, place, text }: Change,
): string | undefined {
  const before = texts.get(picked);
  switch (doing) {
    case 'remove':
      disk.remove(picked);
      return `remove ${picked}`;
    case 'swap':
      return swap(disk, texts, [picked, chance.pick([...texts.keys()])]);
    case 'append':
      if (before === undefined) return undefined;
      disk.write(picked, `${before}+${text}`);
      return `append ${picked} ${shown(text)}`;
    case 'chmod':
      if (before === undefined) return undefined;
      disk.chmod(picked, !disk.isExecutable(picked));
      return `chmod ${picked}`;
    case 'touch':
      if (before === undefined) return undefined;
      disk.write(picked, before);
      return `touch ${picked}`;
    case 'copy':
      if (before === undefined || isFolder(texts, place)) return undefined;
      disk.write(place, before);
      return `copy ${picked} → ${place}`;
  }
}

function swap(disk: DeviceDisk, texts: Texts, [one, other]: readonly [string, string]): string | undefined {
  const aside = joinPath(parentPath(one), 'aside');
  if (texts.has(aside) || areNested(one, other)) return undefined;
  disk.rename(one, aside);
  disk.rename(other, one);
  disk.rename(aside, other);
  return `swap ${one} ↔ ${other}`;
}

function areNested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function aPlace(texts: Texts, chance: Chance): string {
  const folders = ['', ...[...texts.keys()].filter((path) => isFolder(texts, path))];
  return joinPath(chance.pick(folders), chance.pick(NAMES));
}

/** Whether something could stand there: its folder exists. */
function isPlace(texts: Texts, path: string): boolean {
  const folder = parentPath(path);
  return folder === '' || isFolder(texts, folder);
}

function isFolder(texts: Texts, path: string): boolean {
  return texts.has(path) && texts.get(path) === undefined;
}
