import { expect, test } from '@jest/globals';
import { DAY_MS, NodeId, rootNodeId, type TrashEntry } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

async function opened() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk, root: rootNodeId(desk.namespaceId) };
}

async function trashOf(world: CommitWorld, member: Member): Promise<readonly TrashEntry[]> {
  const answer = await world.service.invoke('listTrash', { query: {} }, member);
  return answer.ok ? answer.value.entries : [];
}

/** A folder with a file in it, deleted as a whole. */
async function deletedFolder() {
  const { world, desk, root } = await opened();
  const folder = await world.mkdir(desk, 'Photos');
  const { node } = await world.put(desk, { name: 'a.jpg', text: 'a', parentId: folder.nodeId });
  const baseSeq = await world.head(desk);
  const deleted = await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq });
  const { deletedAt = '' } = deleted.node;
  return { world, desk, root, folder, node, deletedAt };
}

test('what was deleted stands in the trash with its path, newest first, and a folder stands for all below it', async () => {
  const { world, desk, folder } = await deletedFolder();
  world.service.stores.clock.advance(DAY_MS);
  const { node } = await world.put(desk, { name: 'b.txt', text: 'later' });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  expect(await trashOf(world, desk)).toMatchObject([
    { nodeId: node.nodeId, path: '/b.txt', kind: 'file', size: 5 },
    { nodeId: folder.nodeId, path: '/Photos', kind: 'folder', name: 'Photos' },
  ]);
});

test('the trash is told page by page, to its members alone', async () => {
  const { world, desk } = await opened();
  for (const name of ['a', 'b', 'c']) {
    const { node } = await world.put(desk, { name, text: name });
    await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
    world.service.stores.clock.advance(1000);
  }
  const first = await world.service.invoke('listTrash', { query: { limit: '2' } }, desk);
  if (!first.ok || first.value.nextPage === undefined) throw new Error('there is a second page');
  const second = await world.service.invoke('listTrash', { query: { limit: '2', page: first.value.nextPage } }, desk);
  const names = [first, second].flatMap((page) => (page.ok ? page.value.entries.map(({ name }) => name) : []));
  expect(names).toEqual(['c', 'b', 'a']);
  const stranger = await world.device('laptop', 'bob');
  const query = { namespaceId: desk.namespaceId };
  expect(await world.service.invoke('listTrash', { query }, stranger)).toMatchObject({ ok: false, status: 404 });
});

test('a folder comes back in place with all that it took along, and leaves the trash', async () => {
  const { world, desk, folder, node } = await deletedFolder();
  await world.must(desk, { type: 'restore', nodeId: folder.nodeId });
  expect(await world.names(desk)).toEqual(['Photos', 'a.jpg']);
  expect(await world.read(desk, node.nodeId)).toBe('a');
  expect(await trashOf(world, desk)).toEqual([]);
});

test('what was deleted comes back elsewhere under another name', async () => {
  const { world, desk, folder } = await deletedFolder();
  const other = await world.mkdir(desk, 'Other');
  const restored = await world.must(desk, {
    type: 'restore',
    nodeId: folder.nodeId,
    parentId: other.nodeId,
    name: 'Pictures',
  });
  expect(restored.node).toMatchObject({ parentId: other.nodeId, name: 'Pictures', rev: 3, placeRev: 3 });
  expect(await world.names(desk)).toEqual(['Other', 'Pictures', 'a.jpg']);
});

test('what lay in a folder that is in the trash by itself comes back elsewhere, and not into the folder', async () => {
  const { world, desk } = await opened();
  const folder = await world.mkdir(desk, 'Photos');
  const { node } = await world.put(desk, { name: 'a.jpg', text: 'a', parentId: folder.nodeId });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  const baseSeq = await world.head(desk);
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq });
  const { nodeId } = node;
  expect(await world.tryOne(desk, { type: 'restore', nodeId })).toMatchObject({
    status: 'conflict',
    conflict: { kind: 'parent_deleted', serverNodeId: folder.nodeId },
  });
  await world.must(desk, { type: 'restore', nodeId, parentId: rootNodeId(desk.namespaceId) });
  expect(await world.names(desk)).toEqual(['a.jpg']);
});

test('a folder cannot be restored into itself', async () => {
  const { world, desk, folder } = await deletedFolder();
  const restore = { type: 'restore', nodeId: folder.nodeId, parentId: folder.nodeId, name: 'x' } as const;
  expect(await world.tryOne(desk, restore)).toMatchObject({ status: 'conflict', conflict: { kind: 'parent_deleted' } });
});

test('a restore that says what it has seen leaves alone what has changed since', async () => {
  const { world, desk } = await opened();
  const { node } = await world.put(desk, { name: 'a', text: 'one' });
  const { nodeId } = node;
  await world.put(desk, { name: 'a', nodeId, baseRev: 1, text: 'two' });
  const stale = await world.tryOne(desk, { type: 'restore', nodeId, rev: 1, baseRev: 1 });
  expect(stale).toMatchObject({ status: 'conflict', conflict: { kind: 'edited', serverRev: 2 } });
  const future = await world.tryOne(desk, { type: 'restore', nodeId, rev: 1, baseRev: 3 });
  expect(future).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
  await world.must(desk, { type: 'restore', nodeId, rev: 1, baseRev: 2 });
  expect(await world.read(desk, nodeId)).toBe('one');
  await world.must(desk, { type: 'delete', nodeId, baseRev: 3 });
  const deleted = await world.tryOne(desk, { type: 'restore', nodeId, baseRev: 3 });
  expect(deleted).toMatchObject({ status: 'conflict', conflict: { kind: 'deleted' } });
});

test('I-17: what was purged never comes back, by whatever way', async () => {
  const { world, desk, root, folder, node, deletedAt } = await deletedFolder();
  const purged = await world.must(desk, { type: 'purge', nodeId: folder.nodeId, deletedAt });
  expect(purged.node).toMatchObject({ nodeId: folder.nodeId, deletedAt, rev: 3 });
  expect(await trashOf(world, desk)).toEqual([]);
  const { nodeId } = folder;
  const upload = await world.putOperation(desk, { name: 'a.jpg', text: 'new', nodeId: node.nodeId, baseRev: 1 });
  const absent = { status: 'error', error: { code: 'not_found' } };
  for (const intent of [
    { type: 'restore', nodeId },
    { type: 'restore', nodeId: node.nodeId },
    { type: 'restore', nodeId: node.nodeId, rev: 1 },
    { type: 'purge', nodeId, deletedAt },
    { type: 'move', nodeId, baseRev: 3, parentId: root, name: 'x' },
    { type: 'move', nodeId: node.nodeId, baseRev: 1, parentId: root, name: 'x' },
    { type: 'mkdir', parentId: nodeId, name: 'x' },
    { type: 'copy', parentId: root, name: 'x', from: { namespaceId: desk.namespaceId, nodeId: node.nodeId } },
    upload,
  ] as const) {
    expect(await world.tryOne(desk, intent)).toMatchObject(absent);
  }
  const again = await world.tryOne(desk, { type: 'mkdir', parentId: root, name: 'x', newNodeId: nodeId });
  expect(again).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
  expect(await world.names(desk)).toEqual([]);
});

test('I-17: what a purge took along does not come out of the folder that it was in, however deep it lay', async () => {
  const { world, desk, root } = await opened();
  const top = await world.mkdir(desk, 'top');
  const inner = await world.mkdir(desk, 'inner', top.nodeId);
  const { node } = await world.put(desk, { name: 'y', text: 'why', parentId: inner.nodeId });
  const baseSeq = await world.head(desk);
  const deleted = await world.must(desk, { type: 'delete', nodeId: top.nodeId, baseRev: 1, baseSeq });
  await world.must(desk, { type: 'purge', nodeId: top.nodeId, deletedAt: deleted.node.deletedAt ?? '' });
  const absent = { status: 'error', error: { code: 'not_found' } };
  const { nodeId } = node;
  for (const intent of [
    { type: 'restore', nodeId, parentId: root, name: 'y' },
    { type: 'restore', nodeId: inner.nodeId, parentId: root, name: 'inner' },
    { type: 'move', nodeId, baseRev: 1, parentId: root, name: 'y' },
    { type: 'mkdir', parentId: inner.nodeId, name: 'x' },
    { type: 'delete', nodeId, baseRev: 1 },
  ] as const) {
    expect(await world.tryOne(desk, intent)).toMatchObject(absent);
  }
  expect(await world.names(desk)).toEqual([]);
});

test('a purge leaves what lay in the trash by itself, and what that took along', async () => {
  const { world, desk, root } = await opened();
  const top = await world.mkdir(desk, 'top');
  const inner = await world.mkdir(desk, 'inner', top.nodeId);
  const { node } = await world.put(desk, { name: 'y', text: 'why', parentId: inner.nodeId });
  for (const { nodeId } of [inner, top]) {
    const baseSeq = await world.head(desk);
    const deleted = await world.must(desk, { type: 'delete', nodeId, baseRev: 1, baseSeq });
    if (nodeId !== top.nodeId) continue;
    await world.must(desk, { type: 'purge', nodeId, deletedAt: deleted.node.deletedAt ?? '' });
  }
  await world.must(desk, { type: 'restore', nodeId: node.nodeId, parentId: root, name: 'y' });
  await world.must(desk, { type: 'restore', nodeId: inner.nodeId, parentId: root, name: 'inner' });
  expect((await world.names(desk)).toSorted()).toEqual(['inner', 'y']);
});

test('a purge is one entry, after which a device that knew nothing of it reads on', async () => {
  const { world, desk, folder, deletedAt } = await deletedFolder();
  const cursor = await world.cursor(desk);
  await world.must(desk, { type: 'purge', nodeId: folder.nodeId, deletedAt });
  const answer = await world.service.invoke('listChanges', { query: { cursor } }, desk);
  expect(answer).toMatchObject({ ok: true, value: { changes: [{ type: 'purged', node: { nodeId: folder.nodeId } }] } });
});

test('a purge means one deletion: what is live, or was deleted anew, stays', async () => {
  const { world, desk, folder, deletedAt } = await deletedFolder();
  const { nodeId } = folder;
  await world.must(desk, { type: 'restore', nodeId });
  const conflict = { status: 'error', error: { code: 'conflict', remedy: 'resync' } };
  expect(await world.tryOne(desk, { type: 'purge', nodeId, deletedAt })).toMatchObject(conflict);
  world.service.stores.clock.advance(1000);
  await world.must(desk, { type: 'delete', nodeId, baseRev: 3, baseSeq: await world.head(desk) });
  expect(await world.tryOne(desk, { type: 'purge', nodeId, deletedAt })).toMatchObject(conflict);
  const unknown = NodeId.parse('00000000000000000000000001');
  expect(await world.tryOne(desk, { type: 'purge', nodeId: unknown, deletedAt })).toMatchObject({
    error: { code: 'not_found' },
  });
});

test('only an owner purges', async () => {
  const { world, desk, folder, deletedAt } = await deletedFolder();
  const editor = await world.device('laptop', 'bob');
  const { namespaceId } = desk;
  world.service.stores.namespaces.setRole({ namespaceId, accountId: editor.accountId, role: 'editor' });
  const purge = { type: 'purge', nodeId: folder.nodeId, deletedAt, namespaceId } as const;
  expect(await world.tryOne(editor, purge)).toMatchObject({ status: 'error', error: { code: 'forbidden' } });
  await world.must(desk, purge);
});
