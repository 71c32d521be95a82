import { expect, test } from '@jest/globals';
import { DAY_MS, JOURNAL_RETENTION_MS, type NodeId, type RouteInput, rootNodeId } from '@syncline/protocol';
import { CommitWorld, type Intent } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

type Body = RouteInput<'restoreTree'>['body'];

async function opened() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk, root: rootNodeId(desk.namespaceId) };
}

/** The time now; what comes next comes later. */
function moment(world: CommitWorld): string {
  const at = new Date(world.service.stores.clock.now()).toISOString();
  world.service.stores.clock.advance(60_000);
  return at;
}

function restore(world: CommitWorld, member: Member, body: Body) {
  return world.service.invoke('restoreTree', { body }, member);
}

async function must(world: CommitWorld, member: Member, body: Body) {
  const answer = await restore(world, member, body);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  return answer.value;
}

/** A folder of many files, made in batches. */
async function manyFiles(world: CommitWorld, member: Member, count: number) {
  const folder = await world.mkdir(member, 'many');
  const uploadId = await world.upload(member, 'content');
  const ids: NodeId[] = [];
  for (let start = 0; start < count; start += 200) {
    const intents = Array.from({ length: Math.min(200, count - start) }, (_, index): Intent => {
      const name = `file ${start + index}`;
      return { type: 'put', parentId: folder.nodeId, name, baseRev: 0, uploadId, clock: 1, onConflict: 'keep_both' };
    });
    for (const result of await world.commit(member, world.name(member, intents))) {
      if (result.status === 'committed') ids.push(result.node.nodeId);
    }
  }
  return { folder, ids };
}

/** Deletes some and renames the others. */
async function meddle(world: CommitWorld, member: Member, ids: readonly NodeId[], parentId: NodeId): Promise<void> {
  for (let start = 0; start < ids.length; start += 200) {
    const intents = ids.slice(start, start + 200).map((nodeId, index): Intent => {
      if (index % 2 === 0) return { type: 'delete', nodeId, baseRev: 1 };
      return { type: 'move', nodeId, baseRev: 1, parentId, name: `moved ${start + index}` };
    });
    await world.commit(member, world.name(member, intents));
  }
}

test('1,500 changes are taken back page by page, a page that is asked for twice is done once', async () => {
  const { world, desk } = await opened();
  const { folder, ids } = await manyFiles(world, desk, 1500);
  const before = await world.tree(desk);
  const at = moment(world);
  await meddle(world, desk, ids, folder.nodeId);
  const body = { nodeId: folder.nodeId, at };

  const dry = await must(world, desk, { ...body, dryRun: true });
  expect(dry).toMatchObject({ total: 1500, seq: 1501 });
  expect(dry.changes).toHaveLength(1000);
  const head = await world.head(desk);
  const first = await must(world, desk, body);
  expect(first.changes).toEqual(dry.changes.map((change) => ({ ...change, done: true })));
  expect(await world.head(desk)).toBe(head + 1000);
  const { nextPage = '' } = first;
  const second = await must(world, desk, { ...body, page: nextPage });
  expect(second.changes).toHaveLength(500);
  expect(second.nextPage).toBeUndefined();
  const last = await world.head(desk);
  expect(await must(world, desk, { ...body, page: nextPage })).toEqual(second);
  expect(await world.head(desk)).toBe(last);
  const names = (nodes: typeof before) => nodes.map(({ nodeId, name }) => `${nodeId} ${name}`).toSorted();
  expect(names(await world.tree(desk))).toEqual(names(before));
});

test('a restore that was broken off goes on where it is begun anew', async () => {
  const { world, desk } = await opened();
  const { folder, ids } = await manyFiles(world, desk, 1100);
  const at = moment(world);
  await meddle(world, desk, ids, folder.nodeId);
  await must(world, desk, { at });
  const again = await must(world, desk, { at });
  expect(again).toMatchObject({ total: 100 });
  expect(await must(world, desk, { at })).toMatchObject({ total: 0, changes: [] });
});

test('what was changed after the plan was made stays, and the answer says so', async () => {
  const { world, desk } = await opened();
  const laptop = await world.device('laptop');
  const { folder, ids } = await manyFiles(world, desk, 1100);
  const at = moment(world);
  await meddle(world, desk, ids, folder.nodeId);
  const late = await world.mkdir(desk, 'late');
  const dry = await must(world, desk, { at, dryRun: true });
  const dryRest = await must(world, desk, { at, dryRun: true, page: dry.nextPage ?? '' });
  const { nextPage = '' } = await must(world, desk, { at });
  // Of the second page: a rename, and the delete of a folder that was made since.
  const renamed = dryRest.changes.find(({ action }) => action === 'move')?.nodeId ?? folder.nodeId;
  await world.must(laptop, { type: 'move', nodeId: renamed, baseRev: 2, parentId: folder.nodeId, name: 'mine' });
  await world.put(laptop, { name: 'new', text: 'new', parentId: late.nodeId });
  const { changes } = await must(world, desk, { at, page: nextPage });
  expect(changes.find(({ nodeId }) => nodeId === late.nodeId)).toMatchObject({
    action: 'delete',
    done: false,
    obstacle: 'changed_since',
  });
  const left = changes.filter(({ done }) => done === false).map(({ nodeId }) => nodeId);
  expect(left.toSorted()).toEqual([late.nodeId, renamed].toSorted());
  const nameOf = async (nodeId: NodeId) => {
    const answer = await world.service.invoke('getNode', { parameters: { nodeId }, query: {} }, desk);
    return answer.ok ? answer.value.node.name : undefined;
  };
  expect([await nameOf(renamed), await nameOf(late.nodeId)]).toEqual(['mine', 'late']);
});

test('names that were swapped are swapped back, and a file comes out of a folder that was made since', async () => {
  const { world, desk, root } = await opened();
  const a = (await world.put(desk, { name: 'a', text: 'one' })).node;
  const b = (await world.put(desk, { name: 'b', text: 'two' })).node;
  const at = moment(world);
  const move = (nodeId: NodeId, baseRev: number, name: string, parentId = root) =>
    world.must(desk, { type: 'move', nodeId, baseRev, parentId, name });
  await move(a.nodeId, 1, 'x');
  await move(b.nodeId, 1, 'a');
  const folder = await world.mkdir(desk, 'b');
  await move(a.nodeId, 2, 'b', folder.nodeId);
  await must(world, desk, { at });
  const tree = await world.tree(desk);
  expect(tree.map(({ nodeId, name }) => [nodeId, name])).toEqual([
    [a.nodeId, 'a'],
    [b.nodeId, 'b'],
  ]);
});

test('what was made since and deleted with its folder does not come back with it', async () => {
  const { world, desk } = await opened();
  const folder = await world.mkdir(desk, 'folder');
  const at = moment(world);
  await world.put(desk, { name: 'new', text: 'new', parentId: folder.nodeId });
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: await world.head(desk) });
  await must(world, desk, { at });
  expect(await world.names(desk)).toEqual(['folder']);
});

/** A folder is moved out of the one that will be set back; there a file is made in it, and another is moved into it. */
async function carried() {
  const { world, desk, root } = await opened();
  const [folder, elsewhere] = [await world.mkdir(desk, 'folder'), await world.mkdir(desk, 'elsewhere')];
  const inner = await world.mkdir(desk, 'inner', folder.nodeId);
  const { node: old } = await world.put(desk, { name: 'old', text: 'old', parentId: elsewhere.nodeId });
  const at = moment(world);
  await world.must(desk, { type: 'move', nodeId: inner.nodeId, baseRev: 1, parentId: root, name: 'out' });
  await world.put(desk, { name: 'new', text: 'new', parentId: inner.nodeId });
  await world.must(desk, { type: 'move', nodeId: old.nodeId, baseRev: 1, parentId: inner.nodeId, name: 'old' });
  return { world, desk, folder, inner, at };
}

test('what was put into a folder while it was outside does not come along with it: it goes to the trash, or back to where it was', async () => {
  const { world, desk, folder, at } = await carried();
  const later = moment(world);
  const { changes } = await must(world, desk, { nodeId: folder.nodeId, at });
  expect(changes.map(({ action, path }) => [action, path])).toEqual([
    ['move', '/folder/inner'],
    ['move', '/elsewhere/old'],
    ['delete', '/out/new'],
  ]);
  expect(new Set(await world.names(desk))).toEqual(new Set(['folder', 'elsewhere', 'inner', 'old']));
  expect(await must(world, desk, { nodeId: folder.nodeId, at })).toMatchObject({ total: 0 });
  await must(world, desk, { at: later });
  expect(new Set(await world.names(desk))).toEqual(new Set(['folder', 'elsewhere', 'out', 'old', 'new']));
});

test('what lies in a folder that cannot come back is not touched', async () => {
  const { world, desk, folder, inner, at } = await carried();
  await world.must(desk, { type: 'move', nodeId: folder.nodeId, baseRev: 1, parentId: inner.nodeId, name: 'folder' });
  const before = await world.tree(desk);
  const { changes } = await must(world, desk, { nodeId: folder.nodeId, at });
  expect(changes).toMatchObject([{ nodeId: inner.nodeId, action: 'leave', obstacle: 'parent_missing' }]);
  expect(await world.tree(desk)).toEqual(before);
});

test('what was purged since is left, and told', async () => {
  const { world, desk } = await opened();
  const { node } = await world.put(desk, { name: 'a', text: 'one' });
  const at = moment(world);
  const { nodeId } = node;
  const deleted = await world.must(desk, { type: 'delete', nodeId, baseRev: 1 });
  await world.must(desk, { type: 'purge', nodeId, deletedAt: deleted.node.deletedAt ?? '' });
  const { changes } = await must(world, desk, { at });
  expect(changes).toEqual([{ action: 'leave', nodeId, kind: 'file', path: '/a', obstacle: 'purged', done: false }]);
});

test('a file is set back where it stands now', async () => {
  const { world, desk, root } = await opened();
  const { node } = await world.put(desk, { name: 'a', text: 'one' });
  const { nodeId } = node;
  const at = moment(world);
  await world.put(desk, { name: 'a', nodeId, baseRev: 1, text: 'two' });
  await world.must(desk, { type: 'move', nodeId, baseRev: 2, parentId: root, name: 'b' });
  expect(await must(world, desk, { nodeId, at })).toMatchObject({
    changes: [{ action: 'revert', rev: 1, path: '/b', done: true }],
  });
  expect(await world.read(desk, nodeId)).toBe('one');
});

test('what a device did is undone, but not where others have been since', async () => {
  const { world, desk } = await opened();
  const bad = await world.device('bad');
  const { folder, ids } = await manyFiles(world, desk, 3);
  const [first, second, third] = ids as [NodeId, NodeId, NodeId];
  const at = moment(world);
  for (const nodeId of ids) await world.put(bad, { name: 'x', nodeId, baseRev: 1, text: 'encrypted' });
  const note = await world.put(bad, { name: 'PAY.txt', text: 'pay', parentId: folder.nodeId });
  await world.put(desk, { name: 'x', nodeId: third, baseRev: 2, text: 'mine again' });
  const own = await world.put(desk, { name: 'other.txt', text: 'other' });
  const { changes } = await must(world, desk, { at, deviceId: bad.deviceId });
  const told = (list: readonly (readonly [string, NodeId, string?])[]) => list.map((one) => one.join(' ')).toSorted();
  expect(told(changes.map(({ action, nodeId, obstacle = '' }) => [action, nodeId, obstacle]))).toEqual(
    told([
      ['revert', first, ''],
      ['revert', second, ''],
      ['delete', note.node.nodeId, ''],
      ['leave', third, 'changed_by_others'],
    ]),
  );
  expect(await world.read(desk, first)).toBe('content');
  expect(await world.read(desk, third)).toBe('mine again');
  expect(await world.read(desk, own.node.nodeId)).toBe('other');
});

test('strangers learn nothing, viewers are told and may not do it, and a page is of one restore', async () => {
  const { world, desk } = await opened();
  const at = moment(world);
  await manyFiles(world, desk, 1100);
  const bob = await world.device('laptop', 'bob');
  const { namespaceId } = desk;
  expect(await restore(world, bob, { namespaceId, at })).toMatchObject({ ok: false, status: 404 });
  world.service.stores.namespaces.setRole({ namespaceId, accountId: bob.accountId, role: 'viewer' });
  expect(await restore(world, bob, { namespaceId, at })).toMatchObject({ ok: false, status: 403 });
  expect(await restore(world, bob, { namespaceId, at, dryRun: true })).toMatchObject({ ok: true });
  const { folder, ids } = await manyFiles(world, desk, 1100);
  const later = moment(world);
  await meddle(world, desk, ids, folder.nodeId);
  const { nextPage = '' } = await must(world, desk, { at: later, dryRun: true });
  expect(nextPage).not.toBe('');
  expect(await restore(world, desk, { at: later, page: nextPage })).toMatchObject({ ok: false, status: 400 });
  expect(await restore(world, desk, { at, dryRun: true, page: nextPage })).toMatchObject({ ok: false, status: 400 });
});

test('a time before the journal begins is refused with how far it reaches', async () => {
  const { world, desk } = await opened();
  const at = moment(world);
  await world.put(desk, { name: 'a', text: 'one' });
  world.service.stores.clock.advance(JOURNAL_RETENTION_MS);
  expect(await restore(world, desk, { at })).toMatchObject({
    ok: false,
    problem: { code: 'invalid_request', details: { limit: 'JOURNAL_RETENTION_MS' } },
  });
  const kept = new Date(world.service.stores.clock.now() - JOURNAL_RETENTION_MS + DAY_MS).toISOString();
  expect(await must(world, desk, { at: kept })).toMatchObject({ total: 0 });
});
