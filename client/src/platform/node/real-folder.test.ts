import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { directoryObject, isRealFolder } from './real-folder.ts';

let root: string;
beforeEach(() => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), 'syncline-real-'))), 'root');
  mkdirSync(join(root, 'a', 'b', 'c'), { recursive: true });
});
afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

const isReal = (folder: string): boolean => isRealFolder(nodeDiskCalls, root, folder);

test('a folder is where its path says, however deep it lies', () => {
  for (const folder of ['', 'a', 'a/b', 'a/b/c']) expect(isReal(folder)).toBe(true);
  expect(isReal('a/none')).toBe(false);
  expect(isReal('none/b')).toBe(false);
});

test.each(['a', 'a/b', 'a/b/c'])('nothing below a link in the place of %s is where its path says', (link) => {
  const aside = join(root, '..', 'aside');
  renameSync(join(root, link), aside);
  symlinkSync(aside, join(root, link));
  for (const folder of ['a', 'a/b', 'a/b/c']) expect(isReal(folder)).toBe(!folder.startsWith(link));
});

test('a directory is the same one through a link, and another one once it was replaced', () => {
  const before = directoryObject(nodeDiskCalls, root);
  expect(before).toBeDefined();
  const link = join(root, '..', 'link');
  symlinkSync(root, link);
  expect(directoryObject(nodeDiskCalls, link)).toBe(before);
  renameSync(root, join(root, '..', 'aside'));
  expect(directoryObject(nodeDiskCalls, root)).toBeUndefined();
  mkdirSync(root);
  expect(directoryObject(nodeDiskCalls, root)).not.toBe(before);
  expect(directoryObject(nodeDiskCalls, link)).toBe(directoryObject(nodeDiskCalls, root));
});
