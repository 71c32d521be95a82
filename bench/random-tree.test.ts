import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeTree } from '../test/support/real-tree.ts';
import { type RandomTree, writeRandomTree } from './random-tree.ts';
import { countFiles, measureTree } from './tree-size.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-tree-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const TREE: RandomTree = { files: 400, folders: 20, medianBytes: 4096, isUniform: false, seed: 'tree' };

test('the same description makes the same files, and another seed makes none of them', async () => {
  const [one, again, other] = ['one', 'again', 'other'].map((name) => join(root, name)) as [string, string, string];
  writeRandomTree(one, TREE);
  writeRandomTree(again, TREE);
  writeRandomTree(other, { ...TREE, seed: 'other' });
  expect(await describeTree(again)).toEqual(await describeTree(one));
  const hashes = new Set((await describeTree(one)).values());
  expect([...(await describeTree(other)).values()].filter((hash) => hash !== 'folder' && hashes.has(hash))).toEqual([]);
});

test('half of the files are below the median, and the count and bytes are told', () => {
  const bytes = writeRandomTree(root, TREE);
  expect(measureTree(root)).toEqual({ files: 400, bytes });
  expect(countFiles(root)).toBe(400);
  // The mean of sizes that are spread like this is twice their median; 400 of them waver by a third.
  expect(bytes / 400 / 4096).toBeGreaterThan(1.3);
  expect(bytes / 400 / 4096).toBeLessThan(3.5);
});

test('files of one size are all of that size', () => {
  expect(writeRandomTree(root, { ...TREE, isUniform: true, medianBytes: 3_000_000, files: 3, folders: 2 })).toBe(
    9_000_000,
  );
});
