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

/**
 * One thing that somebody does to a disk. `mark` makes its text one of its kind; `near` is a path at which something happens just
 * now. Answers what was done, for the trace; undefined when there was nothing to do it with.
 */
export function editDisk(
  disk: DeviceDisk,
  chance: Chance,
  { mark, near }: { readonly mark: string; readonly near?: string },
): string | undefined {
  const paths = disk.memory.paths();
  const text = chance.happens(SHARED_SHARE) ? chance.pick(SHARED_TEXTS) : mark;
  const doing = paths.length > PATHS_MAX ? 'remove' : chance.pick(DOINGS);
  const place = aPlace(disk, chance, paths);
  const isNear = near !== undefined && chance.happens(0.7);
  const picked = isNear && paths.includes(near) ? near : paths.length === 0 ? undefined : chance.pick(paths);
  const target = isNear && near !== '' && isPlace(disk, near) ? near : place;
  switch (doing) {
    case 'mkdir':
      if (!paths.includes(target)) disk.memory.mkdir(target);
      return `mkdir ${target}`;
    case 'write':
    case 'replace': {
      const path = picked !== undefined && chance.happens(0.5) ? picked : target;
      if (isFolder(disk, path)) return undefined;
      if (doing === 'write') disk.write(path, text);
      else disk.replace(path, text);
      return `${doing} ${path} ${JSON.stringify(text)}`;
    }
    case 'rename':
      return picked === undefined ? undefined : rename(disk, picked, target);
    default:
      return picked === undefined ? undefined : changeOne(disk, { doing, picked, place, text, chance, paths });
  }
}

interface Change {
  readonly doing: Exclude<Doing, 'mkdir' | 'write' | 'replace' | 'rename'>;
  readonly picked: string;
  readonly place: string;
  readonly text: string;
  readonly chance: Chance;
  readonly paths: readonly string[];
}

function changeOne(disk: DeviceDisk, { doing, picked, place, text, chance, paths }: Change): string | undefined {
  const before = disk.memory.text(picked);
  switch (doing) {
    case 'remove':
      disk.remove(picked);
      return `remove ${picked}`;
    case 'swap': {
      const other = chance.pick(paths);
      const aside = joinPath(parentPath(picked), 'aside');
      if (disk.memory.paths().includes(aside) || areNested(picked, other)) return undefined;
      disk.rename(picked, aside);
      disk.rename(other, picked);
      disk.rename(aside, other);
      return `swap ${picked} ${other}`;
    }
    case 'append':
      if (before === undefined) return undefined;
      disk.write(picked, `${before}+${text}`);
      return `append ${picked} ${JSON.stringify(text)}`;
    case 'chmod':
      if (before === undefined) return undefined;
      disk.memory.chmod(picked, !disk.memory.isExecutable(picked));
      return `chmod ${picked}`;
    case 'touch':
      if (before === undefined) return undefined;
      disk.write(picked, before);
      return `touch ${picked}`;
    case 'copy':
      if (before === undefined || isFolder(disk, place)) return undefined;
      disk.write(place, before);
      return `copy ${picked} ${place}`;
  }
}

function rename(disk: DeviceDisk, from: string, to: string): string | undefined {
  if (areNested(from, to)) return undefined;
  disk.rename(from, to);
  return `rename ${from} ${to}`;
}

function areNested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function aPlace(disk: DeviceDisk, chance: Chance, paths: readonly string[]): string {
  const folders = ['', ...paths.filter((path) => isFolder(disk, path))];
  return joinPath(chance.pick(folders), chance.pick(NAMES));
}

/** Whether something could stand there: its folder exists. */
function isPlace(disk: DeviceDisk, path: string): boolean {
  const parent = parentPath(path);
  return parent === '' || isFolder(disk, parent);
}

function isFolder(disk: DeviceDisk, path: string): boolean {
  return disk.memory.text(path) === undefined && disk.memory.paths().includes(path);
}
