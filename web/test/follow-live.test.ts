import { expect, test } from '@jest/globals';
import { QueryClient } from '@tanstack/react-query';
import { showNodes } from '../src/features/files/follow-live.ts';
import { queryKeys } from '../src/features/files/query-keys.ts';
import { makeNode } from '../src/features/files/test/make-node.ts';

const outer = makeNode({ name: 'outer', kind: 'folder' });
const inner = makeNode({ name: 'inner', kind: 'folder', parentId: outer.nodeId });
const beside = makeNode({ name: 'beside', kind: 'folder' });
const placeOf = ({ namespaceId, nodeId }: typeof outer) => ({ namespaceId, folderId: nodeId });
const gone = { ...outer, rev: 2, deletedAt: '2026-01-01T00:00:00.000Z' };

/** What is in the cache while folders are shown: what stands in them, and the way to them. */
function shown(): QueryClient {
  const client = new QueryClient();
  for (const trail of [[outer], [outer, inner], [beside]]) {
    const { namespaceId, folderId } = placeOf(trail.at(-1) ?? outer);
    client.setQueryData(queryKeys.listing({ namespaceId, folderId }), { nodes: new Map(), isComplete: true });
    client.setQueryData(
      ['trail', namespaceId, folderId],
      trail.map((node) => ({ place: placeOf(node), name: node.name, node })),
    );
  }
  return client;
}
const statusOf = (client: QueryClient, node: typeof outer) =>
  client.getQueryState(queryKeys.listing(placeOf(node)))?.status;

test('with a folder that is deleted, what is shown of the folders in it is read anew, and no other', () => {
  const client = shown();
  showNodes(client, [gone]);
  expect([outer, inner, beside].map((node) => statusOf(client, node))).toEqual(['pending', 'pending', 'success']);
  client.clear();
});

test('with a folder that is restored, the folders in it that were said to be gone are read anew', async () => {
  const client = shown();
  for (const node of [inner, beside]) {
    const queryFn = () => Promise.reject(new Error('gone'));
    const failing = client.query({ queryKey: queryKeys.listing(placeOf(node)), queryFn, retry: false });
    await expect(failing).rejects.toThrow('gone');
  }
  expect(statusOf(client, inner)).toBe('error');
  showNodes(client, [{ ...outer, rev: 3 }]);
  expect([inner, beside].map((node) => statusOf(client, node))).toEqual(['pending', 'error']);
  client.clear();
});
