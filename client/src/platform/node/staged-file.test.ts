import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KiB, MiB } from '@syncline/protocol';
import { HOLE_BYTES_MIN } from './limits.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { allocatedBytes, openStagedFile, stagedNames } from './staged-file.ts';

const SECTOR_BYTES = 512;
let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-staged-'));
  file = join(directory, 'staging', 'key');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

async function stage(size: number, parts: readonly Part[]): Promise<void> {
  const staged = await openStagedFile(nodeDiskCalls, { file, size, from: undefined });
  for (const { offset, bytes } of parts) await staged.write(offset, bytes);
  await staged.finish({ mode: undefined, executable: false, modifiedAtMs: undefined });
}

const zeros = (bytes: number) => new Uint8Array(bytes);
const ones = (bytes: number) => new Uint8Array(bytes).fill(1);
const takenBytes = () => statSync(file).blocks * SECTOR_BYTES;

test('long zeros take no room on the disk', async () => {
  const size = 32 * MiB;
  await stage(size, [
    { offset: 8 * MiB, bytes: ones(MiB) },
    { offset: 0, bytes: zeros(8 * MiB) },
    { offset: 9 * MiB, bytes: zeros(size - 9 * MiB) },
  ]);
  expect(Buffer.concat([zeros(8 * MiB), ones(MiB), zeros(23 * MiB)]).equals(readFileSync(file))).toBe(true);
  expect(takenBytes()).toBeLessThan(2 * MiB);
});

test('zeros between other bytes take no room either, wherever a chunk of both begins', async () => {
  const bytes = zeros(8 * MiB);
  for (const start of [0, 3 * MiB + 1, 6 * MiB]) bytes.fill(7, start, start + 10);
  bytes[bytes.length - 1] = 1;
  await stage(9 * MiB, [{ offset: 12_345, bytes }]);
  const whole = Buffer.concat([zeros(12_345), bytes, zeros(MiB - 12_345)]);
  expect(whole.equals(readFileSync(file))).toBe(true);
  expect(takenBytes()).toBeLessThan(MiB);
});

test.each([
  ['everywhere', 0, MiB],
  ['in the last byte only', MiB - 1, MiB],
  ['in the first byte only', 0, 1],
])('zeros are written over what an earlier process left, %s', async (_where, start, end) => {
  await stage(MiB, [{ offset: 0, bytes: zeros(MiB).fill(7, start, end) }]);
  await stage(MiB, [{ offset: 0, bytes: zeros(MiB) }]);
  expect(readFileSync(file).equals(zeros(MiB))).toBe(true);
});

test.each([HOLE_BYTES_MIN - 1, HOLE_BYTES_MIN, HOLE_BYTES_MIN + 1, 3 * HOLE_BYTES_MIN + 1])(
  '%d bytes of zeros but for one are written as they are',
  async (length) => {
    for (const position of [0, length >> 1, length - 1]) {
      const bytes = zeros(length);
      bytes[position] = 9;
      await stage(length + 4 * KiB, [{ offset: 4 * KiB, bytes }]);
      expect(Buffer.concat([zeros(4 * KiB), bytes]).equals(readFileSync(file))).toBe(true);
      rmSync(file);
    }
  },
);

test('a file that an earlier process left longer keeps nothing behind its end', async () => {
  await stage(MiB, [{ offset: 0, bytes: ones(MiB) }]);
  await stage(HOLE_BYTES_MIN, [{ offset: 0, bytes: zeros(HOLE_BYTES_MIN) }]);
  expect(readFileSync(file).equals(zeros(HOLE_BYTES_MIN))).toBe(true);
});

test('what is staged is told by its names, and by what it takes on the disk rather than by its length', async () => {
  const folder = join(file, '..');
  expect([stagedNames(nodeDiskCalls, folder), allocatedBytes(nodeDiskCalls, file)]).toEqual([[], undefined]);
  const staged = await openStagedFile(nodeDiskCalls, { file, size: 32 * MiB, from: undefined });
  await staged.write(MiB, ones(MiB));
  await staged.flush();
  expect(stagedNames(nodeDiskCalls, folder)).toEqual(['key']);
  expect(allocatedBytes(nodeDiskCalls, file)).toBe(takenBytes());
  expect(takenBytes()).toBeLessThan(2 * MiB);
  await staged.close();
});
