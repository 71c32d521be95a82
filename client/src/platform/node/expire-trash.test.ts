import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { expireTrash } from './expire-trash.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'syncline-trash-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function make(path: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), 'x');
}

const now = new Date('2026-03-15T12:00:00Z');

test('what has been in the trash for thirty days stays, and what is older goes, with all that is in it', async () => {
  for (const day of ['2026-02-12', '2026-02-12 2', '2026-02-13', '2026-03-15'])
    make(`.syncline/trash/${day}/deep/file`);
  await expireTrash({ root, now });
  expect(readdirSync(join(root, '.syncline/trash')).toSorted()).toEqual(['2026-02-13', '2026-03-15']);
});

test('what the engine has not put there stays, whatever its age', async () => {
  make('.syncline/trash/kept by hand/file');
  make('.syncline/trash/2020-01-01-mine/file');
  make('2020-01-01/file');
  await expireTrash({ root, now });
  for (const path of ['.syncline/trash/kept by hand/file', '.syncline/trash/2020-01-01-mine/file', '2020-01-01/file']) {
    expect(existsSync(join(root, path))).toBe(true);
  }
});

test('a link is never followed: neither for the trash nor in it', async () => {
  make('photos/2020-01-01/file');
  mkdirSync(join(root, '.syncline'));
  symlinkSync(join(root, 'photos'), join(root, '.syncline/trash'));
  await expireTrash({ root, now });
  expect(existsSync(join(root, 'photos/2020-01-01/file'))).toBe(true);
  rmSync(join(root, '.syncline/trash'));
  mkdirSync(join(root, '.syncline/trash/2020-01-01'), { recursive: true });
  symlinkSync(join(root, 'photos'), join(root, '.syncline/trash/2020-01-01/photos'));
  await expireTrash({ root, now });
  expect(readdirSync(join(root, '.syncline/trash'))).toEqual([]);
  expect(existsSync(join(root, 'photos/2020-01-01/file'))).toBe(true);
});

test('a part of a content that was not asked for again for a month goes, and a fresh one stays', async () => {
  make('.syncline/staging/part');
  await expireTrash({ root, now: new Date() });
  expect(readdirSync(join(root, '.syncline/staging'))).toEqual(['part']);
  await expireTrash({ root, now: new Date(Date.now() + 40 * 24 * 60 * 60 * 1000) });
  expect(readdirSync(join(root, '.syncline/staging'))).toEqual([]);
});

test('what came of an upload ahead of its commit goes after two days', async () => {
  make('.syncline/staging/ahead-0123');
  const inHours = (hours: number) => new Date(Date.now() + hours * 60 * 60 * 1000);
  await expireTrash({ root, now: inHours(47) });
  expect(readdirSync(join(root, '.syncline/staging'))).toEqual(['ahead-0123']);
  await expireTrash({ root, now: inHours(49) });
  expect(readdirSync(join(root, '.syncline/staging'))).toEqual([]);
});

test('a root that is away is no failure', async () => {
  await expireTrash({ root: join(root, 'missing'), now });
  expect(existsSync(join(root, 'missing'))).toBe(false);
});
