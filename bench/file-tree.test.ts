import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { filePath, writeFileTree } from './file-tree.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** The files of a tree and what they hold, by path. */
function writeAndRead(seed: string): ReadonlyMap<string, string> {
  const root = mkdtempSync(join(tmpdir(), 'syncline-tree-'));
  roots.push(root);
  writeFileTree(root, { folders: 60, filesPerFolder: 3, seed });
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.toSorted().map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]));
}

test('a tree has as many files as are asked for, small ones, and no two are the same', () => {
  const tree = writeAndRead('one');
  expect(tree.size).toBe(180);
  expect(new Set(tree.values()).size).toBe(180);
  for (const text of tree.values()) expect([text.length >= 100, text.length < 300]).toEqual([true, true]);
});

test('the same seed makes the same bytes, and another one others', () => {
  expect([...writeAndRead('one')]).toEqual([...writeAndRead('one')]);
  expect([...writeAndRead('one').values()]).not.toEqual([...writeAndRead('two').values()]);
});

test('every file lies where its numbers say', () => {
  const { folder, name } = filePath({ folder: 59, file: 2 });
  expect(writeAndRead('one').has(join(folder, name))).toBe(true);
});
