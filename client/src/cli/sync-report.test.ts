import { expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import { restingStatus } from '../daemon/daemon-status.ts';
import { nothingDone, type SyncCounts } from '../engine/execution.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import { describeReport, reportOf, type SyncReport } from './sync-report.ts';

const report = (counts: Partial<SyncCounts>): SyncReport => ({
  path: '/data/Syncline',
  state: 'rested',
  counts: { ...nothingDone(), ...counts },
  steps: undefined,
  problems: [],
  error: undefined,
});

test('one file is one file, and more are files', () => {
  expect(describeReport(report({ uploaded: 1, downloaded: 0, conflicts: 1 }))).toEqual([
    "'/data/Syncline': 1 file uploaded, 0 downloaded, 1 conflicted copy made.",
  ]);
  expect(describeReport(report({ uploaded: 2, downloaded: 1, conflicts: 2 }))).toEqual([
    "'/data/Syncline': 2 files uploaded, 1 downloaded, 2 conflicted copies made.",
  ]);
});

test('a conflict in which one side gave way is no copy', () => {
  expect(describeReport(report({ uploaded: 1, settledConflicts: 1 }))).toEqual([
    "'/data/Syncline': 1 file uploaded, 0 downloaded, 1 conflict settled.",
  ]);
});

test('a round that only deleted and moved says so, and says nothing of what did not happen', () => {
  expect(describeReport(report({ deletedRemote: 1 }))).toEqual([
    "'/data/Syncline': 1 file or folder deleted at the service.",
  ]);
  expect(describeReport(report({ deletedLocal: 3, movedRemote: 1 }))).toEqual([
    "'/data/Syncline': 3 files and folders deleted here (kept in `.syncline/trash`), 1 moved or renamed at the service.",
  ]);
  expect(describeReport(report({ downloaded: 2, movedLocal: 2, conflicts: 1 }))).toEqual([
    "'/data/Syncline': 0 files uploaded, 2 downloaded, 2 files and folders moved or renamed here, 1 conflicted copy made.",
  ]);
});

test('a round that only made folders says so, and one with files says nothing of folders', () => {
  expect(describeReport(report({ madeRemote: 1 }))).toEqual(["'/data/Syncline': 1 folder made at the service."]);
  expect(describeReport(report({ madeLocal: 2, deletedLocal: 1 }))).toEqual([
    "'/data/Syncline': 1 file or folder deleted here (kept in `.syncline/trash`), 2 folders made here.",
  ]);
  expect(describeReport(report({ madeRemote: 3, uploaded: 4 }))).toEqual([
    "'/data/Syncline': 4 files uploaded, 0 downloaded.",
  ]);
});

test('a round in which nothing happened says that no file was transferred', () => {
  expect(describeReport(report({}))).toEqual(["'/data/Syncline': 0 files uploaded, 0 downloaded."]);
});

test.each([
  ['offline', 'no answer', "'/data/Syncline': the service cannot be reached (no answer).", 'goes on by itself'],
  ['offline', '', "'/data/Syncline': the service cannot be reached.", 'goes on by itself'],
  ['paused', '', "'/data/Syncline': it is paused.", 'syncline resume'],
  ['refused', 'It is full.', "'/data/Syncline': It is full.", 'syncline status'],
  ['stopped', '', "'/data/Syncline': the sync in the background was stopped.", 'syncline start'],
] as const)(
  'a folder that the sync in the background left %s (%j) says so, and what to do',
  (state, detail, message, remedy) => {
    const linked = { folderId: 'folder', path: '/data/Syncline', onConflict: 'keep_both' } as unknown as LinkedFolder;
    const status = { ...restingStatus(linked, { state, since: epochMs(0) }), detail };
    expect(reportOf(status).error).toMatchObject({ message, remedy: expect.stringContaining(remedy) });
  },
);

test('of a folder that is not there no transfers are counted', () => {
  expect(describeReport({ ...report({}), state: 'root-missing' })).toEqual([]);
});
