import { expect, test } from '@jest/globals';
import type { Activity } from '@syncline/protocol';
import { makeNode } from '../files/test/make-node.ts';
import { recentFiles } from './recent-files.ts';

let seq = 0;
function activity(given: Partial<Activity>): Activity {
  const { nodeId, namespaceId } = makeNode({});
  seq += 1;
  return {
    seq,
    type: 'created',
    at: '2026-01-01T00:00:00Z',
    accountId: namespaceId as unknown as Activity['accountId'],
    deviceId: namespaceId as unknown as Activity['deviceId'],
    nodeId,
    kind: 'file',
    name: 'file.txt',
    path: '/file.txt',
    rev: 1,
    size: 1,
    ...given,
  };
}

test('a file is told once, by the last time that it got a content', () => {
  const first = activity({ type: 'created' });
  const again = activity({ type: 'modified', nodeId: first.nodeId });
  const other = activity({});
  expect(recentFiles([again, other, first])).toEqual([again, other]);
});

test('folders, renames, deletes and what is gone are no recent files', () => {
  const { path: _, ...gone } = activity({});
  const none = [activity({ kind: 'folder' }), activity({ type: 'moved' }), activity({ type: 'deleted' }), gone];
  expect(recentFiles(none)).toEqual([]);
});
