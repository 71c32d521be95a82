import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { diskSpace, freeBytes } from './disk-space.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';

test('the room of a disk is what this process may still write on it, and never more than all of it', async () => {
  const space = await diskSpace(nodeDiskCalls, tmpdir());
  const { blocks, bsize } = statfsSync(tmpdir());
  expect(space?.totalBytes).toBe(blocks * bsize);
  expect(space?.freeBytes).toBeLessThanOrEqual(blocks * bsize);
});

test('of a folder that is not there, and of a disk that does not tell, nothing is known', async () => {
  expect(await diskSpace(nodeDiskCalls, join(tmpdir(), 'missing'))).toBeUndefined();
  expect(await diskSpace({ statfs: async () => ({ freeBytes: 0, totalBytes: 0 }) }, '/')).toBeUndefined();
  expect(await freeBytes(join(tmpdir(), 'missing'))).toBe(0);
});
