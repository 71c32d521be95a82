import { expect, test } from '@jest/globals';
import { type Activity, JOURNAL_RETENTION_MS, rootNodeId } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function history() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const laptop = await world.device('laptop');
  const folder = await world.mkdir(desk, 'folder');
  const { node } = await world.put(laptop, { name: 'a.txt', text: 'one', parentId: folder.nodeId });
  await world.mkdir(desk, 'other');
  world.service.stores.clock.advance(1000);
  const { nodeId } = node;
  await world.must(desk, { type: 'move', nodeId, baseRev: 1, parentId: folder.nodeId, name: 'b.txt' });
  return { world, desk, laptop, folder, node };
}

async function activityOf(
  world: CommitWorld,
  member: Member,
  query: Readonly<Record<string, string>> = {},
): Promise<{ readonly activities: readonly Activity[]; readonly nextPage?: string | undefined }> {
  const answer = await world.service.invoke('listActivity', { query }, member);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  return answer.value;
}

test('it tells what was done, when, and from which device, newest first', async () => {
  const { world, desk, laptop, folder, node } = await history();
  const { activities } = await activityOf(world, desk);
  expect(activities).toMatchObject([
    { seq: 4, type: 'moved', deviceId: desk.deviceId, path: '/folder/b.txt', previousName: 'a.txt', rev: 2 },
    { seq: 3, type: 'created', path: '/other', kind: 'folder' },
    { seq: 2, type: 'created', deviceId: laptop.deviceId, name: 'a.txt', path: '/folder/b.txt', size: 3 },
    { seq: 1, type: 'created', deviceId: desk.deviceId, accountId: desk.accountId, nodeId: folder.nodeId },
  ]);
  expect(activities[0]?.at).not.toBe(activities[1]?.at);
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 2 });
  const [deleted] = (await activityOf(world, desk)).activities;
  expect(deleted).toMatchObject({ type: 'deleted', name: 'b.txt' });
  expect(deleted?.path).toBeUndefined();
});

test('of a folder it tells what lies below it, what was deleted there too', async () => {
  const { world, desk, folder, node } = await history();
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 2 });
  const { activities } = await activityOf(world, desk, { nodeId: folder.nodeId });
  expect(activities.map(({ seq }) => seq)).toEqual([5, 4, 2, 1]);
});

test('it is told page by page', async () => {
  const { world, desk } = await history();
  const seen: number[] = [];
  let page: string | undefined;
  do {
    const answer = await activityOf(world, desk, { limit: '3', ...(page === undefined ? {} : { page }) });
    seen.push(...answer.activities.map(({ seq }) => seq));
    page = answer.nextPage;
  } while (page !== undefined);
  expect(seen).toEqual([4, 3, 2, 1]);
});

test('it ends where the journal does', async () => {
  const { world, desk } = await history();
  world.service.stores.clock.advance(JOURNAL_RETENTION_MS - 500);
  expect((await activityOf(world, desk)).activities.map(({ seq }) => seq)).toEqual([4]);
});

test('strangers learn nothing', async () => {
  const { world, desk } = await history();
  const bob = await world.device('laptop', 'bob');
  const { namespaceId } = desk;
  expect(await world.service.invoke('listActivity', { query: { namespaceId } }, bob)).toMatchObject({ status: 404 });
  const nodeId = rootNodeId(namespaceId);
  expect(await world.service.invoke('listActivity', { query: { nodeId } }, bob)).toMatchObject({ status: 404 });
});
