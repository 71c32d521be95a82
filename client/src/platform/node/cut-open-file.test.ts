import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { randomBytesOf } from '../../../../test/support/random-bytes.ts';
import { ContentCutter } from '../../chunking/content-cutter.ts';
import { cutBytes } from '../../transfers/cut-content.ts';
import { cutOpenFile } from './cut-open-file.ts';

const bytes = randomBytesOf('open file', 7 * MiB + 12_345);
const cutter = new ContentCutter();
let directory: string;
let descriptor: number;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-cut-'));
  const file = join(directory, 'file');
  writeFileSync(file, bytes);
  descriptor = openSync(file, 'r');
});
afterAll(() => {
  closeSync(descriptor);
  rmSync(directory, { recursive: true });
});

test.each([
  ['in memory', 0, false],
  ['on a slow disk', 1000, false],
  ['that is read ahead', 0, true],
])('a file %s has the chunks that its bytes have', async (_, msPerLook, readsAhead) => {
  let nowMs = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += msPerLook));
  try {
    const file = { descriptor, size: bytes.length, strategy: 'cdc-1m-v1' } as const;
    expect(await cutOpenFile(cutter, file, { readsAhead })).toEqual(await cutBytes(bytes, 'cdc-1m-v1'));
    expect(await cutOpenFile(cutter, { ...file, size: bytes.length + 1 }, { readsAhead })).toBeUndefined();
  } finally {
    clock.mockRestore();
  }
});

test('an empty file has no chunks', async () => {
  const file = { descriptor, size: 0, strategy: 'cdc-1m-v1' } as const;
  expect(await cutOpenFile(cutter, file, { readsAhead: true })).toEqual([]);
});
