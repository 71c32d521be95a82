import { expect, test } from '@jest/globals';
import { epochMs, NodeId, rootNodeId, STARS_MAX } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';
import { join, type Member } from '../support/in-memory-member.ts';

async function opened() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const { namespaceId } = desk;
  const { stores } = world.service;
  const add = (nodeId: NodeId, member: Member = desk) =>
    world.service.invoke('addStar', { body: { namespaceId, nodeId } }, member);
  const remove = (nodeId: NodeId) =>
    world.service.invoke('removeStar', { parameters: { nodeId }, query: { namespaceId } }, desk);
  const paths = async (member: Member = desk) => {
    const answer = await world.service.invoke('listStars', {}, member);
    return answer.ok ? answer.value.stars.map(({ path }) => path) : [];
  };
  return { world, desk, namespaceId, stores, add, remove, paths };
}

test('what was starred is listed newest first, where it is now, and a star that is set again keeps its place', async () => {
  const { world, desk, stores, add, remove, paths } = await opened();
  const folder = await world.mkdir(desk, 'Photos');
  const { node } = await world.put(desk, { name: 'a.jpg', text: 'a', parentId: folder.nodeId });
  await add(folder.nodeId);
  stores.clock.advance(1000);
  const answer = await add(node.nodeId);
  expect(answer).toMatchObject({ ok: true, value: { star: { path: '/Photos/a.jpg', node: { name: 'a.jpg' } } } });
  stores.clock.advance(1000);
  await add(folder.nodeId);
  expect(await paths()).toEqual(['/Photos/a.jpg', '/Photos']);
  await world.must(desk, { type: 'move', nodeId: folder.nodeId, baseRev: 1, parentId: folder.parentId, name: 'Trips' });
  expect(await paths()).toEqual(['/Trips/a.jpg', '/Trips']);
  for (let times = 0; times < 2; times++) expect(await remove(folder.nodeId)).toMatchObject({ ok: true });
  expect(await paths()).toEqual(['/Trips/a.jpg']);
});

test('what lies in the trash has no place in the list until it is restored', async () => {
  const { world, desk, add, paths } = await opened();
  const folder = await world.mkdir(desk, 'Photos');
  const { node } = await world.put(desk, { name: 'a.jpg', text: 'a', parentId: folder.nodeId });
  await add(node.nodeId);
  const baseSeq = await world.head(desk);
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq });
  expect(await paths()).toEqual([]);
  expect(await add(node.nodeId)).toMatchObject({ ok: false, problem: { code: 'not_found' } });
  await world.must(desk, { type: 'restore', nodeId: folder.nodeId });
  expect(await paths()).toEqual(['/Photos/a.jpg']);
});

test('nobody stars what he may not read, what is not there, or the top of a namespace, and learns nothing by trying', async () => {
  const { world, desk, add, paths, namespaceId } = await opened();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'a' });
  const stranger = await join(world.service, 'stranger');
  const refusals = await Promise.all([
    add(node.nodeId, stranger),
    add(NodeId.parse('0'.repeat(26)), stranger),
    add(NodeId.parse('0'.repeat(26))),
    add(rootNodeId(namespaceId)),
  ]);
  for (const refusal of refusals) expect(refusal).toMatchObject({ ok: false, problem: { code: 'not_found' } });
  const details = refusals.map((refusal) => (refusal.ok ? '' : refusal.problem.detail));
  expect(new Set(details).size).toBe(1);
  await add(node.nodeId);
  expect(await paths(stranger)).toEqual([]);
});

test('an account has as many stars as there is room for; those of what is gone for good make room', async () => {
  const { world, desk, stores, add, remove, namespaceId } = await opened();
  const [first, second] = [
    await world.put(desk, { name: 'first', text: '1' }),
    await world.put(desk, { name: 'second', text: '2' }),
  ];
  for (let index = 0; index < STARS_MAX - 1; index++) {
    // Their nodes were never there, as if they had been purged.
    const nodeId = NodeId.parse(String(index).padStart(26, '0'));
    await stores.stars.add(desk.accountId, { namespaceId, nodeId, starredAt: epochMs(index) });
  }
  expect(await add(first.node.nodeId)).toMatchObject({ ok: true });
  expect(await add(second.node.nodeId)).toMatchObject({ ok: true });
  expect(await stores.stars.list(desk.accountId)).toHaveLength(2);
  await remove(second.node.nodeId);
  for (let index = 1; index < STARS_MAX; index++) {
    const { node } = await world.put(desk, { name: `file ${index}`, text: '1' });
    await stores.stars.add(desk.accountId, { namespaceId, nodeId: node.nodeId, starredAt: epochMs(index) });
  }
  const full = await add(second.node.nodeId);
  expect(full).toMatchObject({ ok: false, problem: { code: 'too_large', details: { limit: 'STARS_MAX' } } });
  // One that is there already needs no room.
  expect(await add(first.node.nodeId)).toMatchObject({ ok: true });
});
