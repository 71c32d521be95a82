import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { localNames } from '../../engine/local-names.ts';
import { diskKind, probeDiskNames } from './probe-disk-names.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-names-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const kind = diskKind(process.platform);

test('what is found out about the disk holds for files on it, and nothing is left behind', () => {
  mkdirSync(join(root, '.syncline'));
  const names = localNames(kind, probeDiskNames(root, kind));
  expect(readdirSync(join(root, '.syncline'))).toEqual([]);
  const hard = ['what?', 'a:b', 'a\\b', 'con', 'Mr.', 'end ', '\u{1F600}'.repeat(63), '?'.repeat(255), 'n'.repeat(255)];
  for (const name of hard) writeFileSync(join(root, names.toLocal(name)), '');
  const listed = readdirSync(root).filter((name) => name !== '.syncline');
  expect(listed.toSorted()).toEqual(hard.map((name) => names.toLocal(name)).toSorted());
});

test('what the disk can hold as it is keeps its name', () => {
  const names = localNames(kind, probeDiskNames(root, kind));
  const plain = ['n'.repeat(255), '\u{1F600}'.repeat(63), 'caf\u00e9', '.hidden', 'a b'];
  for (const name of plain) writeFileSync(join(root, name), '');
  for (const name of plain) expect([name, names.toLocal(name)]).toEqual([name, name]);
});

test('names that the disk takes for one, and only those, have one key', () => {
  const names = localNames(kind, probeDiskNames(root, kind));
  for (const [one, other] of [['note', 'NOTE'] as const, ['caf\u00e9', 'cafe\u0301'] as const]) {
    const folder = mkdtempSync(join(root, 'pair-'));
    for (const name of [one, other]) writeFileSync(join(folder, name), '');
    expect(names.key(one) === names.key(other)).toBe(readdirSync(folder).length === 1);
  }
});

test('where nothing can be written, the kind of the disk stands', () => {
  writeFileSync(join(root, 'plain'), '');
  expect(probeDiskNames(join(root, 'plain'), kind)).toEqual({});
  mkdirSync(join(root, 'other'));
  writeFileSync(join(root, 'other', '.syncline'), '');
  expect(probeDiskNames(join(root, 'other'), kind)).toEqual({});
});

test('nothing is made in a root that is no linked folder, such as the empty place of a disk that is away', () => {
  expect(probeDiskNames(root, kind)).toEqual({});
  expect(readdirSync(root)).toEqual([]);
  expect(probeDiskNames(join(root, 'missing'), kind)).toEqual({});
  expect(readdirSync(root)).toEqual([]);
});
