import { expect, test } from '@jest/globals';
import { TOGETHER_RESTS } from './limits.ts';
import { FileSystemSync, type SyncSystem } from './sync-file-system.ts';

const EXT4 = 0xef53;
const NFS = 0x6969;

function syncOf(system: Partial<SyncSystem>) {
  const asked: string[] = [];
  const sync = new FileSystemSync({
    linux: '6.1.0-18-amd64',
    kindOf: async () => EXT4,
    run: async (directory) => {
      asked.push(directory);
      return 0;
    },
    ...system,
  });
  return { sync, asked };
}

test('a file system of a disk of this machine is made durable by one process', async () => {
  const { sync, asked } = syncOf({});
  expect(await sync.sync('/synced')).toBe(true);
  expect(asked).toEqual(['/synced']);
});

test.each([
  { what: 'a system other than Linux', system: { linux: undefined } },
  { what: 'a Linux that does not tell of bytes that were not written', system: { linux: '5.7.19' } },
  { what: 'a Linux of long ago', system: { linux: '4.19.0' } },
  { what: 'a disk elsewhere', system: { kindOf: async () => NFS } },
])('$what is not asked', async ({ system }) => {
  const { sync, asked } = syncOf(system);
  expect(await sync.sync('/synced')).toBe(false);
  expect(asked).toEqual([]);
});

test.each([
  { what: 'refused', code: 1 },
  { what: 'took too long, or cannot be run', code: undefined },
])('what was $what is let be for a while, and then tried again', async ({ code }) => {
  let runs = 0;
  const { sync } = syncOf({
    run: async () => {
      runs += 1;
      return runs === 1 ? code : 0;
    },
  });
  expect(await sync.sync('/synced')).toBe(false);
  for (let group = 0; group < TOGETHER_RESTS; group++) expect(await sync.sync('/synced')).toBe(false);
  expect(runs).toBe(1);
  expect(await sync.sync('/synced')).toBe(true);
});
