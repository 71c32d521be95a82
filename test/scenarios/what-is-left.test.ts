import { expect, test } from '@jest/globals';
import { DAY_MS, epochMs, formatInstant, type NodeId, rootNodeId } from '@syncline/protocol';
import type { RemainderStore } from '../../lambdas/remainders/remainder-store.ts';
import { settleRemainders } from '../../lambdas/remainders/settle-remainders.ts';
import type { Member } from '../support/in-memory-member.ts';
import { UsageWorld } from '../support/usage-world.ts';

/** A home with room for 100 bytes, and a folder that holds 60 of them in a folder of its own. */
async function opened() {
  const world = new UsageWorld({ quotaBytes: 100 });
  const ann = await world.openHome('ann');
  const folder = await world.mkdir(ann, 'folder');
  const inner = await world.mkdir(ann, 'inner', folder.nodeId);
  const { node: file } = await world.put(ann, { name: 'a', text: 'a'.repeat(60), parentId: inner.nodeId });
  return { world, ann, folder, inner, file };
}

async function remove(world: UsageWorld, member: Member, nodeId: NodeId, rev = 1): Promise<string> {
  const { node } = await world.must(member, {
    type: 'delete',
    nodeId,
    baseRev: rev,
    baseSeq: await world.head(member),
  });
  return node.deletedAt ?? '';
}

test('the delete of a folder gives back the room of all below it, and a restore takes it again at once', async () => {
  const { world, ann, folder, file } = await opened();
  await remove(world, ann, folder.nodeId);
  expect(world.counted()).toEqual({ logical: 60, trash: 0, retained: 60 });
  await world.settle();
  expect(world.counted()).toEqual({ logical: 0, trash: 60, retained: 60 });
  await world.must(ann, { type: 'restore', nodeId: folder.nodeId });
  expect(world.counted()).toEqual({ logical: 60, trash: 0, retained: 60 });
  await world.comeToRest();
  expect(world.counted()).toEqual({ logical: 60, trash: 0, retained: 60 });
  expect(await world.read(ann, file.nodeId)).toBe('a'.repeat(60));
});

test('a folder whose room was taken by something else does not come back until there is room', async () => {
  const { world, ann, folder } = await opened();
  await remove(world, ann, folder.nodeId);
  await world.settle();
  const { node: other } = await world.put(ann, { name: 'other', text: 'o'.repeat(50) });
  const refused = await world.tryOne(ann, { type: 'restore', nodeId: folder.nodeId });
  expect(refused).toMatchObject({ status: 'error', error: { code: 'quota_exceeded' } });
  await remove(world, ann, other.nodeId);
  await world.must(ann, { type: 'restore', nodeId: folder.nodeId });
});

test('what comes out of a folder in the trash alone counts again, and what stays there does not', async () => {
  const { world, ann, folder, inner, file } = await opened();
  await world.put(ann, { name: 'b', text: 'b'.repeat(10), parentId: folder.nodeId });
  await remove(world, ann, folder.nodeId);
  await world.settle();
  const parentId = rootNodeId(ann.namespaceId);
  await world.must(ann, { type: 'restore', nodeId: inner.nodeId, parentId, name: 'out' });
  await world.comeToRest();
  expect(world.counted()).toEqual({ logical: 60, trash: 10, retained: 70 });
  await remove(world, ann, file.nodeId);
  await world.must(ann, { type: 'restore', nodeId: folder.nodeId });
  await world.comeToRest();
  expect(world.counted()).toEqual({ logical: 10, trash: 60, retained: 70 });
});

test('a purge gives back the bytes of all below, of every revision, marked or not, however much it is', async () => {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const folder = await world.mkdir(ann, 'folder');
  for (let index = 0; index < 95; index++) {
    const { nodeId } = await world.mkdir(ann, `${index}`, folder.nodeId);
    await world.put(ann, { name: 'x', text: 'x', parentId: nodeId });
  }
  const { node } = await world.put(ann, { name: 'often', text: '0', parentId: folder.nodeId });
  const { nodeId } = node;
  for (let rev = 1; rev < 200; rev++)
    await world.put(ann, { name: 'often', nodeId, baseRev: rev, text: `${rev % 10}` });
  await world.call(ann, 'markRevision', { parameters: { nodeId, rev: '7' }, body: { label: 'as sent' } });
  await world.project();
  const deletedAt = await remove(world, ann, folder.nodeId);
  await world.must(ann, { type: 'purge', nodeId: folder.nodeId, deletedAt });
  expect(world.counted()).toEqual({ logical: 96, trash: 0, retained: 295 });
  await world.comeToRest();
  expect(world.counted()).toEqual({ logical: 0, trash: 0, retained: 0 });
  expect((await world.rows()).filter(({ kind }) => kind === 'file')).toEqual([]);
});

test('nothing is removed below a folder while bytes of it may still count, though a worker sees no sign of them in its list', async () => {
  const { world, ann, folder } = await opened();
  const deletedAt = await remove(world, ann, folder.nodeId);
  await world.must(ann, { type: 'purge', nodeId: folder.nodeId, deletedAt });
  const { stores } = world.service;
  // A listing is no snapshot: what it passes may be replaced, while it goes on, by rows that it has passed already.
  let blind = 3;
  const remainders: RemainderStore = {
    list: async (groundId, limit) => {
      const rows = await stores.remainders.list(groundId, limit);
      return blind-- > 0 ? rows.filter(({ kind }) => kind !== 'bytes') : rows;
    },
    end: (groundId, remainder) => stores.remainders.end(groundId, remainder),
  };
  const until = epochMs(stores.clock.now() + 3_600_000);
  const dependencies = { ...stores, remainders, meter: stores.telemetry };
  expect(await settleRemainders(dependencies, ann.namespaceId, until)).toBe(true);
  expect(world.counted()).toEqual({ logical: 0, trash: 0, retained: 0 });
  await world.expectRecount();
  // All of it was walked: nobody waits for more.
  expect((await world.rows()).map(({ freeingLeft }) => freeingLeft)).toContain(0);
});

test('what had been deleted in a folder before it was purged comes back elsewhere, in a shared folder too', async () => {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const bob = await world.person('bob');
  const namespaceId = await world.shareNew(ann, 'team');
  world.namespaceIds.push(namespaceId);
  await world.welcome(ann, bob, { namespaceId });
  const team = world.in(bob, namespaceId);
  const folder = await world.mkdir(team, 'folder');
  const { node } = await world.put(team, { name: 'kept', text: 'kept', parentId: folder.nodeId });
  await remove(world, team, node.nodeId);
  const deletedAt = await remove(world, team, folder.nodeId);
  await world.must(world.in(ann, namespaceId), { type: 'purge', nodeId: folder.nodeId, deletedAt });
  await world.comeToRest();
  const { nodeId } = node;
  const place = { parentId: rootNodeId(ann.namespaceId), name: 'mine' };
  expect(await world.tryOne(ann, { type: 'restore', nodeId, ...place })).toMatchObject({ status: 'error' });
  await world.must(team, { type: 'restore', nodeId, parentId: rootNodeId(namespaceId), name: 'kept' });
  expect(world.counted()).toEqual({ logical: 4, trash: 0, retained: 4 });
});

/** A folder is shared in which something had been deleted, and edited, before. */
async function sharedLater() {
  const world = new UsageWorld();
  const ann = await world.openHome('ann');
  const bob = await world.person('bob');
  const { nodeId: secretId } = await world.mkdir(ann, 'secret');
  const folder = await world.mkdir(ann, 'team', secretId);
  const inner = await world.mkdir(ann, 'inner', folder.nodeId);
  const { node: gone } = await world.put(ann, { name: 'gone', text: 'gone', parentId: inner.nodeId });
  await remove(world, ann, gone.nodeId);
  const { node: file } = await world.put(ann, { name: 'file', text: 'one', parentId: folder.nodeId });
  await world.put(ann, { name: 'file', nodeId: file.nodeId, baseRev: 1, text: 'other' });
  const { node: own } = await world.put(ann, { name: 'own', text: 'own' });
  world.service.stores.clock.advance(1000);
  await remove(world, ann, own.nodeId);
  const { namespaceId } = await world.share(ann, folder.nodeId);
  world.namespaceIds.push(namespaceId);
  await world.welcome(ann, bob, { namespaceId });
  const team = world.in(bob, namespaceId);
  const trashOf = async (member: Member) => {
    const paths: string[] = [];
    let page: string | undefined;
    do {
      const query = { namespaceId: member.namespaceId, limit: '1', ...(page === undefined ? {} : { page }) };
      const answer = await world.call(member, 'listTrash', { query });
      paths.push(...answer.entries.map(({ path }) => path));
      page = answer.nextPage;
    } while (page !== undefined);
    return paths;
  };
  return { world, ann, bob, team, gone, file, own, trashOf, namespaceId };
}

test('what lay in the trash when its folder was shared is in the trash of the shared folder, with its path there', async () => {
  const { world, ann, team, gone, trashOf } = await sharedLater();
  const { node: later } = await world.put(team, { name: 'later', text: 'later' });
  await remove(world, team, later.nodeId);
  expect(await trashOf(team)).toEqual(['/later', '/inner/gone']);
  expect(await trashOf(ann)).toEqual(['/own']);
  await world.must(team, { type: 'restore', nodeId: gone.nodeId });
  expect(await trashOf(team)).toEqual(['/later']);
  const { namespaces } = world.service.stores;
  expect((await namespaces.listTrash({ namespaceId: ann.namespaceId, limit: 10 })).entries).toHaveLength(1);
});

test('what was deleted and replaced before a folder was shared expires by the retention of the shared folder', async () => {
  const { world, ann, file, gone, trashOf, team } = await sharedLater();
  world.service.stores.clock.advance(31 * DAY_MS);
  await world.expire();
  expect(await trashOf(team)).toEqual([]);
  const { revisions } = await world.service.stores.namespaces.listRevisions({ ...team, nodeId: file.nodeId, limit: 9 });
  expect(revisions.map(({ rev }) => rev)).toEqual([2]);
  expect(world.counted()).toEqual({ logical: 5, trash: 0, retained: 5 });
  const entries = await world.service.stores.namespaces.listEntries({ ...team, after: 0, limit: 9 });
  expect(entries).toMatchObject([{ type: 'member' }, { type: 'purged', node: { nodeId: gone.nodeId } }]);
  expect(await world.service.stores.namespaces.readHead(ann.namespaceId)).toMatchObject({ bytesTrash: 0 });
});

test('a restore to a time before a delete is refused nothing by what was taken off for it', async () => {
  const { world, ann, folder } = await opened();
  world.service.stores.clock.advance(1000);
  const at = formatInstant(world.service.stores.clock.now());
  world.service.stores.clock.advance(1000);
  await remove(world, ann, folder.nodeId);
  await world.settle();
  await world.call(ann, 'restoreTree', { body: { at } });
  await world.comeToRest();
  await world.expectRecount();
  expect(world.counted()).toEqual({ logical: 60, trash: 0, retained: 60 });
});
