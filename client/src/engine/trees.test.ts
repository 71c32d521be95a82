import { expect, test } from '@jest/globals';
import { type LocalIdentity, sameFolder, sameObject, sameState, sameWrite } from './trees.ts';

const file: LocalIdentity = { device: 1n, inode: 7n, birthNs: 100n, size: 3, mtimeNs: 200n, ctimeNs: 300n };

test('an inode number that is used again makes no new file the old one, and a rename or an edit no old one new', () => {
  const reused = { ...file, birthNs: 900n, size: 4, mtimeNs: 900n, ctimeNs: 900n };
  const edited = { ...file, size: 9, mtimeNs: 901n, ctimeNs: 901n };
  const renamed = { ...file, ctimeNs: 902n };
  expect([reused, edited, renamed].map((other) => sameObject(file, other))).toEqual([false, true, true]);
  expect([reused, edited, renamed].map((other) => sameFolder(file, other))).toEqual([false, true, true]);
  expect([reused, edited, renamed].map((other) => sameState(file, other))).toEqual([false, false, false]);
  expect([reused, edited, renamed].map((other) => sameWrite(file, other))).toEqual([false, false, true]);
});

test('where the disk keeps no time of birth, size and last write stand in for it', () => {
  const unborn = { ...file, birthNs: 0n };
  expect(sameObject(unborn, { ...unborn, ctimeNs: 900n })).toBe(true);
  expect(sameObject(unborn, { ...unborn, mtimeNs: 900n })).toBe(false);
  expect(sameObject(unborn, { ...unborn, size: 4 })).toBe(false);
});

test('nothing on another volume is the same', () => {
  const elsewhere = { ...file, device: 2n };
  expect([sameObject, sameFolder, sameState, sameWrite].map((same) => same(file, elsewhere))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
