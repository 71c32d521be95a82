import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { realFolder } from './real-folder.ts';
import { RootFolder } from './root-folder.ts';

let top: string;
let root: string;
let folder: RootFolder;
let looks: number;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'syncline-root-')));
  root = join(top, 'root');
  mkdirSync(join(root, 'a', 'b'), { recursive: true });
  looks = 0;
  const counting = {
    ...nodeDiskCalls,
    lstatSync: (path: string) => {
      looks += 1;
      return nodeDiskCalls.lstatSync(path);
    },
  };
  folder = new RootFolder(counting, root);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

/** Somebody moves a folder away, and puts a link to it in its place. */
function putLink(path: string): void {
  renameSync(join(root, path), join(top, 'aside'));
  symlinkSync(join(top, 'aside'), join(root, path));
}

test('a look at a folder holds for all who ask in one go, and for nobody who has waited since', async () => {
  const answers = await Promise.all(
    ['a/b/1', 'a/b/2', 'a/b/3'].map(async (path) => {
      const before = folder.containsNow({ path });
      if (path === 'a/b/3') putLink('a/b');
      await Promise.resolve();
      return [before, folder.containsNow({ path })];
    }),
  );
  expect(answers).toEqual([
    [true, false],
    [true, false],
    [true, false],
  ]);
});

test('many files of a folder cost one look at each folder on the way', () => {
  for (let file = 0; file < 100; file++) expect(folder.containsNow({ path: `a/b/${file}` })).toBe(true);
  expect(looks).toBe(2);
});

test('a path leads into the folder that is meant, and into no other of its name, whoever has looked before', () => {
  const meant = realFolder(nodeDiskCalls, root, 'a/b');
  expect(folder.contains({ path: 'a/b/file', into: meant })).toBe(true);
  expect(folder.containsNow({ path: 'a/b/file', into: meant })).toBe(true);
  const other = realFolder(nodeDiskCalls, root, 'a');
  expect(folder.containsNow({ path: 'a/b/file', into: other })).toBe(false);
  expect(folder.contains({ path: 'a/b/file', into: other })).toBe(false);
});

test('the root is itself until another directory stands in its place', async () => {
  folder.verified(folder.object() as string);
  expect(folder.isItselfNow()).toBe(true);
  renameSync(root, join(top, 'aside'));
  mkdirSync(root);
  expect(folder.isItself()).toBe(false);
  await Promise.resolve();
  expect(folder.isItselfNow()).toBe(false);
});
