import { expect, test } from '@jest/globals';
import { type Change, epochMs, OpId } from '@syncline/protocol';
import { join } from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { entryAttributes, entryKey } from '../namespaces/dynamodb-entry-item.ts';
import { decodeAppendedEntry } from './dynamodb-appended-entry.ts';

test('what the namespace store writes is what a push reads', async () => {
  const { namespaceId, deviceId, accountId } = await join(new InMemoryService(), 'alice');
  const at = '2026-01-01T00:00:00.000Z';
  const place = { namespaceId, nodeId: '1', parentId: '2', name: 'plans.txt' };
  const revisions = { rev: 1, contentRev: 0, placeRev: 1, size: 0, modifiedAt: at };
  const node = { ...place, ...revisions, kind: 'folder' } as unknown as Change['node'];
  const opId = OpId.parse(`${deviceId}-0`);
  const entry = { namespaceId, seq: 7, type: 'created', node, deviceId, accountId, opId, changedAt: at } as const;
  const image = { ...entryAttributes({ ...entry, expiresAt: epochMs(0) }, 3), ...entryKey(namespaceId, 7) };
  const changedAt = Date.parse(at);
  expect(decodeAppendedEntry(image)).toEqual({ namespaceId, seq: 7, epoch: 3, deviceId, changedAt });
  const traced = { ...image, ...entryAttributes({ ...entry, expiresAt: epochMs(0), requestId: 'sync-42' }, 3) };
  expect(decodeAppendedEntry(traced)).toMatchObject({ requestId: 'sync-42' });
});

test('an image that lacks anything is refused', () => {
  for (const image of [undefined, {}, { pk: { S: 'x' } }, { pk: 'x', sk: 1 }]) {
    expect(() => decodeAppendedEntry(image)).toThrow(Error);
  }
});
