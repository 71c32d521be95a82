import { appendFileSync, mkdtempSync, readSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { lendInState } from './read-in-state.ts';
import { identityOf } from './scan-folder.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-lend-'));
  path = join(directory, 'file');
  writeFileSync(path, 'some bytes');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function lend(file: string) {
  return lendInState(nodeDiskCalls, { path: file, identity: identityOf(await stat(path, { bigint: true })) });
}

test('a lent file is read by its number, and is the same in the end while nobody writes', async () => {
  const lent = await lend(path);
  if (lent.kind !== 'lent') throw new Error(lent.kind);
  const bytes = Buffer.alloc(20);
  expect(bytes.toString('utf8', 0, readSync(lent.file.descriptor, bytes, 0, 20, 0))).toBe('some bytes');
  expect(await lent.file.giveBack()).toBe(true);
});

test('a lent file that was written to meanwhile is not the same in the end', async () => {
  const lent = await lend(path);
  if (lent.kind !== 'lent') throw new Error(lent.kind);
  appendFileSync(path, ', and more');
  expect(await lent.file.giveBack()).toBe(false);
});

test('a file in another state, a link and nothing are not lent', async () => {
  const identity = identityOf(await stat(path, { bigint: true }));
  appendFileSync(path, ', and more');
  expect(await lendInState(nodeDiskCalls, { path, identity })).toEqual({ kind: 'changed' });
  const link = join(directory, 'link');
  symlinkSync(path, link);
  expect(await lend(link)).toEqual({ kind: 'changed' });
  expect(await lend(join(directory, 'nothing'))).toEqual({ kind: 'changed' });
});
