import { appendFileSync, mkdtempSync, readSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { OpenNow } from './disk-calls.ts';
import { QUICK_BYTES_MAX } from './limits.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { lendInState, readInStateNow } from './read-in-state.ts';
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

/** The operating system's calls, with something that happens before the file is read. */
function callsThat(meanwhile: () => void): { readonly openNow: (file: string, flags: number) => OpenNow | undefined } {
  return {
    openNow: (file, flags) => {
      const opened = nodeDiskCalls.openNow?.(file, flags);
      return (
        opened && {
          ...opened,
          read: (into, position) => {
            meanwhile();
            return opened.read(into, position);
          },
        }
      );
    },
  };
}

async function stateOfFile() {
  return identityOf(await stat(path, { bigint: true }));
}

function memoryFor({ size }: { readonly size: number }): Uint8Array {
  return new Uint8Array(size);
}

test('a small file is read at once, whole', async () => {
  const into = new Uint8Array('some bytes'.length);
  const read = readInStateNow(
    callsThat(() => undefined),
    { path, identity: await stateOfFile() },
    into,
  );
  expect(read).toEqual({ kind: 'read', bytes: into });
  expect(Buffer.from(into).toString()).toBe('some bytes');
});

test('a file that is written to while it is read at once is told as changed', async () => {
  const calls = callsThat(() => appendFileSync(path, ', and more'));
  expect(readInStateNow(calls, { path, identity: await stateOfFile() }, new Uint8Array('some bytes'.length))).toEqual({
    kind: 'changed',
  });
});

test('a file that is cut off while it is read at once is told as changed', async () => {
  const calls = callsThat(() => truncateSync(path, 4));
  expect(readInStateNow(calls, { path, identity: await stateOfFile() }, new Uint8Array('some bytes'.length))).toEqual({
    kind: 'changed',
  });
});

test('a file in another state, a link and nothing are not read at once', async () => {
  const before = await stateOfFile();
  appendFileSync(path, ', and more');
  expect(readInStateNow(nodeDiskCalls, { path, identity: before }, new Uint8Array('some bytes'.length))).toEqual({
    kind: 'changed',
  });
  const link = join(directory, 'link');
  symlinkSync(path, link);
  const now = await stateOfFile();
  expect(readInStateNow(nodeDiskCalls, { path: link, identity: now }, memoryFor(now))).toEqual({ kind: 'changed' });
  expect(readInStateNow(nodeDiskCalls, { path: join(directory, 'nothing'), identity: now }, memoryFor(now))).toEqual({
    kind: 'changed',
  });
});

test('what may keep this thread waiting is not read at once', async () => {
  const slow = { openNow: () => undefined };
  const small = await stateOfFile();
  expect(readInStateNow(slow, { path, identity: small }, memoryFor(small))).toBeUndefined();
  truncateSync(path, QUICK_BYTES_MAX + 1);
  const large = await stateOfFile();
  expect(readInStateNow(nodeDiskCalls, { path, identity: large }, memoryFor(large))).toBeUndefined();
});
