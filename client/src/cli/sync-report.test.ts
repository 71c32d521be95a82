import { expect, test } from '@jest/globals';
import { describeReport, type SyncReport } from './sync-report.ts';

const none = { settledConflicts: 0, changedRemote: 0, changedLocal: 0 };
const report = (counts: SyncReport['counts']): SyncReport => ({
  path: '/data/Syncline',
  state: 'rested',
  counts,
  steps: undefined,
  problems: [],
  error: undefined,
});

test('one file is one file, and more are files', () => {
  expect(describeReport(report({ uploaded: 1, downloaded: 0, conflicts: 1, ...none }))).toEqual([
    "'/data/Syncline': 1 file uploaded, 0 downloaded, 1 conflicted copy made.",
  ]);
  expect(describeReport(report({ uploaded: 2, downloaded: 1, conflicts: 2, ...none }))).toEqual([
    "'/data/Syncline': 2 files uploaded, 1 downloaded, 2 conflicted copies made.",
  ]);
});

test('a conflict in which one side gave way is no copy', () => {
  const settled = { uploaded: 1, downloaded: 0, conflicts: 0, changedRemote: 0, changedLocal: 0, settledConflicts: 1 };
  expect(describeReport(report(settled))).toEqual([
    "'/data/Syncline': 1 file uploaded, 0 downloaded, 1 conflict settled.",
  ]);
});
