import { expect, test } from '@jest/globals';
import { epochMs, GiB, MiB, NamespaceId } from '@syncline/protocol';
import { type FolderStatus, restingStatus } from '../daemon/daemon-status.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import { describeFolder } from './describe-status.ts';

const NOW = epochMs(0);
const folder = {
  folderId: 'folder',
  path: '/files/ada',
  namespaceId: NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  onConflict: 'keep_both',
  paused: false,
} as unknown as LinkedFolder;

function lineOf(bytes: FolderStatus['bytes']): string | undefined {
  const status: FolderStatus = {
    ...restingStatus(folder, { state: 'syncing', since: NOW }),
    pending: { upload: 1, download: 0, other: 0 },
    bytes,
  };
  return describeFolder(status, new Date(NOW))[0];
}

test('a large transfer tells how far it is, how fast it goes, and how long it will take', () => {
  expect(lineOf({ done: 12.6 * GiB, total: 50 * GiB, perSecond: 85 * MiB })).toBe(
    "'/files/ada': is being synced: 25 % of 50 GiB, 85 MiB/s, 8 minutes left, 1 file to upload, 0 to download, 0 other changes.",
  );
});

test.each([
  [99 * MiB, '99 seconds'],
  [300 * MiB, '5 minutes'],
  [50 * GiB, '14 hours'],
])('%d bytes at 1 MiB/s have %s left', (total, left) => {
  expect(lineOf({ done: 0, total, perSecond: MiB })).toContain(`, 1.0 MiB/s, ${left} left,`);
});

test('before anything has been carried no rate is told', () => {
  expect(lineOf({ done: 0, total: 50 * GiB, perSecond: 0 })).toContain('0 % of 50 GiB, 1 file to upload');
});

test('next to nothing a second is no estimate of how long the rest will take', () => {
  expect(lineOf({ done: 0, total: 24 * MiB, perSecond: 3 })).toContain('0 % of 24 MiB, 1 file to upload');
});

test('a folder of which something is held back or has failed is not told to be up to date', () => {
  const problem = { path: 'film.mkv', reason: 'held-back', detail: 'Its content did not get to the store.' };
  const fine: FolderStatus = { ...restingStatus(folder, { state: 'idle', since: NOW }), syncedNodes: 3 };
  expect(describeFolder(fine, new Date(NOW))).toEqual(["'/files/ada': up to date, 3 files and folders synced."]);
  expect(describeFolder({ ...fine, problems: [problem], problemCount: 1 }, new Date(NOW))).toEqual([
    "'/files/ada': not up to date: 3 files and folders synced, 1 is not:",
    "  'film.mkv' (held-back): Its content did not get to the store.",
  ]);
});
