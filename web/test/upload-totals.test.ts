import { expect, test } from '@jest/globals';
import type { UploadItem, UploadStatus } from '../src/transfers/transfer-state.ts';
import { uploadTotals } from '../src/transfers/upload-totals.ts';

const conditions = { bytesPerSecond: 10, isPaused: false, isOffline: false };

test('no time is named while all that is left waits for a person', () => {
  expect(uploadTotals([item('done'), item('asking'), item('needs-file')], conditions)).not.toHaveProperty(
    'secondsLeft',
  );
  expect(uploadTotals([item('asking'), item('sending')], conditions).secondsLeft).toBe(10);
});

function item(status: UploadStatus): UploadItem {
  const target = { namespaceId: 'namespace', folderId: 'folder' } as unknown as UploadItem['target'];
  return {
    id: status,
    name: 'a',
    folders: [],
    target,
    size: 100,
    status,
    readBytes: 0,
    sentBytes: 0,
    isStalled: false,
  };
}
