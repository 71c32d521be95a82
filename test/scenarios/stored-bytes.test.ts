import { expect, test } from '@jest/globals';
import type { NodeId } from '@syncline/protocol';
import { UsageWorld } from '../support/usage-world.ts';

async function opened() {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const bob = await world.person('bob');
  const { node: one } = await world.put(ann, { name: 'one', text: 'the same bytes' });
  const { node: two } = await world.put(ann, { name: 'two', text: 'the same bytes' });
  await world.put(ann, { name: 'two', nodeId: two.nodeId, baseRev: 1, text: 'others' });
  const measure = async (nodeIds: readonly NodeId[], sample = 1, asker = ann) => {
    const body = { namespaceId: ann.namespaceId, nodeIds: [...nodeIds], sample };
    return world.call(asker, 'measureStored', { body });
  };
  return { world, ann, bob, one: one.nodeId, two: two.nodeId, measure };
}

test('the bytes of all revisions are told, and each chunk once', async () => {
  const { one, two, measure } = await opened();
  const both = await measure([one, two]);
  expect(both).toMatchObject({ measured: 2, contentBytes: 14 + 14 + 6, isCut: false });
  expect(both.chunks.map(({ size, storedSize }) => [size, storedSize])).toEqual([
    [14, 14],
    [6, 6],
  ]);
  const [same] = (await measure([one])).chunks;
  expect(both.chunks).toContainEqual(same);
});

test('a content that lost a conflict counts too, though the file has the content that it was made with', async () => {
  const { world, ann, one, measure } = await opened();
  const lost = await world.put(ann, { name: 'one', text: 'lost', onConflict: 'keep_theirs' });
  expect(lost.node).toMatchObject({ nodeId: one, rev: 2, contentRev: 1 });
  expect(await measure([one])).toMatchObject({ measured: 1, contentBytes: 14 + 4 });
});

test('a sample tells some of the chunks, of every file the same ones', async () => {
  const { world, ann, measure } = await opened();
  const nodeIds: NodeId[] = [];
  for (let index = 0; index < 40; index++) {
    nodeIds.push((await world.put(ann, { name: `${index}`, text: `${index}` })).node.nodeId);
  }
  const all = await measure(nodeIds);
  const some = await measure(nodeIds, 4);
  expect(all.chunks).toHaveLength(40);
  expect(some.contentBytes).toBe(all.contentBytes);
  expect(some.chunks.length).toBeGreaterThan(2);
  expect(some.chunks.length).toBeLessThan(25);
  for (const chunk of some.chunks) expect(all.chunks).toContainEqual(chunk);
});

test('what is in the trash, gone, a folder, or of somebody else is left out', async () => {
  const { world, ann, bob, one, two, measure } = await opened();
  const folder = await world.mkdir(ann, 'folder');
  await world.must(ann, { type: 'delete', nodeId: two, baseRev: 2 });
  const { node: theirs } = await world.put(bob, { name: 'theirs', text: 'of bob alone' });
  const answer = await measure([two, folder.nodeId, theirs.nodeId, one]);
  expect(answer).toMatchObject({ measured: 4, contentBytes: 14, chunks: [{ size: 14 }] });
  await expect(measure([one], 1, bob)).rejects.toThrow('no such');
});
