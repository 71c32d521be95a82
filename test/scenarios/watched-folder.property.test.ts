import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { scanFolder } from '../../client/src/platform/node/scan-folder.ts';
import { settle, turns, withWatchedWorld } from '../support/watched-world.ts';

/** Something that happens. Numbers choose among what exists when it happens. */
interface Doing {
  readonly type:
    | 'write'
    | 'mkdir'
    | 'make-deep'
    | 'rename'
    | 'rename-and-write'
    | 'remove'
    | 'replace'
    | 'swap'
    | 'link'
    | 'turn'
    | 'step'
    | 'steps';
  readonly pick: number;
  readonly other: number;
  readonly name: string;
}

const aDoing: fc.Arbitrary<Doing> = fc.record({
  type: fc.constantFrom<Doing['type'][]>(
    ...(['write', 'write', 'mkdir', 'mkdir', 'make-deep', 'rename', 'rename', 'rename', 'rename-and-write'] as const),
    ...(['remove', 'replace', 'replace', 'swap', 'swap', 'link'] as const),
    ...(['turn', 'turn', 'step', 'step', 'step', 'steps'] as const),
  ),
  pick: fc.nat(999),
  other: fc.nat(999),
  name: fc.constantFrom('a', 'b', 'c'),
});

function pathsIn(root: string): { readonly all: readonly string[]; readonly folders: readonly string[] } {
  const entries = [...scanFolder(root).folders.values()].flat();
  const paths = (among: typeof entries) => among.map(({ path }) => path).toSorted();
  return { all: paths(entries), folders: ['', ...paths(entries.filter(({ kind }) => kind === 'folder'))] };
}

/** Does it on the disk. What the disk refuses, as a folder put into itself, does not happen. */
function change(root: string, doing: Doing, mark: string): void {
  const { all, folders } = pathsIn(root);
  const at = (path: string) => join(root, path);
  const folder = folders[doing.other % folders.length] ?? '';
  const place = join(folder, doing.name);
  const picked = all[doing.pick % Math.max(1, all.length)];
  const isFolder = (path: string) => lstatSync(at(path), { throwIfNoEntry: false })?.isDirectory() === true;
  const fits = picked !== undefined && !`${place}/`.startsWith(`${picked}/`) && !`${picked}/`.startsWith(`${place}/`);
  switch (doing.type) {
    case 'write':
      // Not through a link.
      if (!all.includes(place) || lstatSync(at(place)).isFile()) writeFileSync(at(place), mark);
      return;
    case 'mkdir':
      if (!all.includes(place)) mkdirSync(at(place));
      return;
    case 'make-deep':
      if (all.includes(place)) return;
      mkdirSync(at(join(place, 'a', 'b', 'c')), { recursive: true });
      for (const deep of ['x', 'a/x', 'a/b/x', 'a/b/c/x']) writeFileSync(at(join(place, deep)), mark);
      return;
    case 'rename':
    case 'rename-and-write':
      if (picked === undefined || !fits || (all.includes(place) && isFolder(picked))) return;
      if (isFolder(place)) return;
      renameSync(at(picked), at(place));
      if (doing.type === 'rename-and-write') writeInside(at(place), mark);
      return;
    case 'remove':
      if (picked !== undefined) rmSync(at(picked), { recursive: true });
      return;
    case 'replace':
      // The system often gives the new folder the number of the old one.
      if (folder === '') return;
      rmSync(at(folder), { recursive: true });
      mkdirSync(at(join(folder, doing.name)), { recursive: true });
      writeFileSync(at(join(folder, doing.name, 'x')), mark);
      return;
    case 'swap':
      if (picked === undefined || !fits || !all.includes(place)) return;
      renameSync(at(picked), at('.aside'));
      renameSync(at(place), at(picked));
      renameSync(at('.aside'), at(place));
      return;
    case 'link':
      if (!all.includes(place)) symlinkSync(at(folder), at(place));
      break;
    case 'turn':
    case 'step':
    case 'steps':
  }
}

function writeInside(path: string, mark: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  for (const name of readdirSync(path)) writeInside(join(path, name), mark);
  writeFileSync(join(path, `written ${mark}`), mark);
}

describe('a folder that is followed by hints alone', () => {
  test('is seen as it is after any history of changes, however they fall between events and listings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aDoing, { maxLength: 60, size: 'max' }),
        fc.boolean(),
        async (history, comparesObjects) => {
          await withWatchedWorld({ comparesObjects }, async (world) => {
            for (const [index, doing] of history.entries()) {
              if (doing.type === 'turn') await turns(1);
              else if (doing.type === 'step') await world.follower.step();
              else if (doing.type === 'steps') await settle(world);
              else change(world.root, doing, `@${index}`);
            }
            await settle(world);
            // Nothing is left that is watched under a name of the past.
            expect(world.watcher.watches()).toBe(pathsIn(world.root).folders.length);
            expect(world.watcher.degraded()).toBeUndefined();
          });
        },
      ),
    );
  }, 120_000);
});
