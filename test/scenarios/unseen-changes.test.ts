import { expect, test } from '@jest/globals';
import { JOURNAL_RETENTION_MS, rootNodeId } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';

async function twoDevices() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const laptop = await world.device('laptop');
  return { world, desk, laptop, root: rootNodeId(desk.namespaceId) };
}

test('a folder is not deleted over changes that the journal has forgotten', async () => {
  const { world, desk, laptop } = await twoDevices();
  const { nodeId } = await world.mkdir(desk, 'folder');
  await world.put(desk, { name: 'unseen.txt', text: 'unseen', parentId: nodeId });
  world.service.stores.clock.advance(JOURNAL_RETENTION_MS + 1000);
  const result = await world.tryOne(laptop, { type: 'delete', nodeId, baseRev: 1, baseSeq: 1 });
  expect(result).toMatchObject({ status: 'conflict', conflict: { kind: 'unseen_changes' } });
  expect(await world.names(desk)).toEqual(['folder', 'unseen.txt']);
});

test('a sequence that the journal reaches only with the request itself is from a future that is gone', async () => {
  const { world, desk, laptop, root } = await twoDevices();
  const { nodeId } = await world.mkdir(desk, 'folder');
  await world.put(desk, { name: 'unseen.txt', text: 'unseen', parentId: nodeId });
  const operations = world.name(laptop, [
    { type: 'mkdir', parentId: root, name: 'one' },
    { type: 'mkdir', parentId: root, name: 'two' },
    { type: 'delete', nodeId, baseRev: 1, baseSeq: 3 },
  ]);
  const results = await world.commit(laptop, operations);
  expect(results[2]).toMatchObject({ status: 'conflict', conflict: { kind: 'unseen_changes' } });
});
