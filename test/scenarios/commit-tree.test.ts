import { expect, test } from '@jest/globals';
import { DEPTH_MAX, NodeId, rootNodeId } from '@syncline/protocol';
import { CommitWorld, committed } from '../support/commit-world.ts';

const UNKNOWN_ID = NodeId.parse('00000000000000000000000001');

async function twoDevices() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const laptop = await world.device('laptop');
  return { world, desk, laptop, root: rootNodeId(desk.namespaceId) };
}

function refusal(code: string) {
  return { status: 'error', error: { code } };
}

test('making a folder twice answers the folder that is there', async () => {
  const { world, desk, laptop, root } = await twoDevices();
  const made = await world.mkdir(desk, 'Photos');
  const again = await world.must(laptop, { type: 'mkdir', parentId: root, name: 'Photos' });
  expect(again).toMatchObject({ node: { nodeId: made.nodeId, name: 'Photos' }, seq: 1 });
  expect(await world.head(desk)).toBe(1);
});

test('a folder cannot take the name of a file', async () => {
  const { world, desk, root } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a', text: 'x' });
  const result = await world.tryOne(desk, { type: 'mkdir', parentId: root, name: 'a' });
  expect(result).toMatchObject({ status: 'conflict', conflict: { kind: 'name_taken', serverNodeId: node.nodeId } });
});

test('folders can be nested to the limit, and no further', async () => {
  const { world, desk, root } = await twoDevices();
  let parentId = root;
  for (let depth = 1; depth <= DEPTH_MAX; depth++) parentId = (await world.mkdir(desk, `${depth}`, parentId)).nodeId;
  const result = await world.tryOne(desk, { type: 'mkdir', parentId, name: 'deeper' });
  expect(result).toMatchObject({ ...refusal('invalid_request'), error: { details: { limit: 'DEPTH_MAX', max: 64 } } });
});

test('a move changes one node and one entry, whatever lies below it', async () => {
  const { world, desk } = await twoDevices();
  const from = await world.mkdir(desk, 'from');
  const to = await world.mkdir(desk, 'to');
  const inner = await world.mkdir(desk, 'inner', from.nodeId);
  const { node } = await world.put(desk, { name: 'deep.txt', text: 'deep', parentId: inner.nodeId });
  const moved = await world.must(desk, {
    type: 'move',
    nodeId: from.nodeId,
    baseRev: 1,
    parentId: to.nodeId,
    name: 'renamed',
  });
  expect(moved).toMatchObject({ seq: 5, node: { rev: 2, placeRev: 2, parentId: to.nodeId, name: 'renamed' } });
  expect(await world.names(desk)).toEqual(['to', 'renamed', 'inner', 'deep.txt']);
  expect(await world.read(desk, node.nodeId)).toBe('deep');
});

test('a rename that changes only the case works, and a rename to the same name makes no entry', async () => {
  const { world, desk, root } = await twoDevices();
  const { nodeId } = await world.mkdir(desk, 'photos');
  const renamed = await world.must(desk, { type: 'move', nodeId, baseRev: 1, parentId: root, name: 'Photos' });
  expect(renamed.node).toMatchObject({ name: 'Photos', rev: 2 });
  const again = await world.must(desk, { type: 'move', nodeId, baseRev: 1, parentId: root, name: 'Photos' });
  expect(again).toMatchObject({ seq: 2, node: { rev: 2 } });
  expect(await world.names(desk)).toEqual(['Photos']);
});

test('a move that has not seen another move conflicts; one that has not seen an edit does not', async () => {
  const { world, desk, laptop, root } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const { nodeId } = node;
  await world.put(desk, { name: 'a.txt', nodeId, baseRev: 1, text: 'two' });
  const moved = await world.must(laptop, { type: 'move', nodeId, baseRev: 1, parentId: root, name: 'b.txt' });
  expect(moved.node).toMatchObject({ rev: 3, contentRev: 2, placeRev: 3 });
  const stale = await world.tryOne(desk, { type: 'move', nodeId, baseRev: 2, parentId: root, name: 'c.txt' });
  expect(stale).toMatchObject({
    status: 'conflict',
    conflict: { kind: 'moved', serverRev: 3 },
    node: { name: 'b.txt' },
  });
});

test('a folder cannot be moved into itself or below itself, and the root cannot be moved', async () => {
  const { world, desk, root } = await twoDevices();
  const outer = await world.mkdir(desk, 'outer');
  const inner = await world.mkdir(desk, 'inner', outer.nodeId);
  for (const parentId of [outer.nodeId, inner.nodeId]) {
    const move = { type: 'move', nodeId: outer.nodeId, baseRev: 1, parentId, name: 'x' } as const;
    expect(await world.tryOne(desk, move)).toMatchObject(refusal('invalid_request'));
  }
  const move = { type: 'move', nodeId: root, baseRev: 1, parentId: outer.nodeId, name: 'x' } as const;
  expect(await world.tryOne(desk, move)).toMatchObject(refusal('invalid_request'));
});

test('a move to a name that is taken, of a deleted node, or into a deleted folder, conflicts', async () => {
  const { world, desk, root } = await twoDevices();
  const folder = await world.mkdir(desk, 'folder');
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const move = { type: 'move', nodeId: node.nodeId, baseRev: 1, parentId: root, name: 'folder' } as const;
  expect(await world.tryOne(desk, move)).toMatchObject({
    conflict: { kind: 'name_taken', serverNodeId: folder.nodeId },
  });
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 2 });
  const into = { ...move, parentId: folder.nodeId, name: 'a.txt' };
  expect(await world.tryOne(desk, into)).toMatchObject({ conflict: { kind: 'parent_deleted' } });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  expect(await world.tryOne(desk, move)).toMatchObject({ conflict: { kind: 'deleted', serverRev: 2 } });
});

test('a delete that has not seen an edit or a move conflicts', async () => {
  const { world, desk, laptop, root } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const { nodeId } = node;
  await world.must(desk, { type: 'move', nodeId, baseRev: 1, parentId: root, name: 'b.txt' });
  const unseenMove = await world.tryOne(laptop, { type: 'delete', nodeId, baseRev: 1 });
  expect(unseenMove).toMatchObject({ status: 'conflict', conflict: { kind: 'moved' } });
  await world.put(desk, { name: 'b.txt', nodeId, baseRev: 2, text: 'two' });
  const unseenEdit = await world.tryOne(laptop, { type: 'delete', nodeId, baseRev: 2 });
  expect(unseenEdit).toMatchObject({ status: 'conflict', conflict: { kind: 'edited' } });
  expect(await world.names(desk)).toEqual(['b.txt']);
});

test('a deleted folder takes its subtree along with one entry, and deleting it again changes nothing', async () => {
  const { world, desk, laptop } = await twoDevices();
  const folder = await world.mkdir(desk, 'folder');
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one', parentId: folder.nodeId });
  const gone = { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 2 } as const;
  expect(await world.must(laptop, gone)).toMatchObject({ seq: 3, node: { rev: 2, deletedAt: expect.any(String) } });
  expect(await world.names(desk)).toEqual([]);
  expect(await world.read(desk, node.nodeId)).toBeUndefined();
  expect(await world.must(desk, gone)).toMatchObject({ seq: 3, node: { rev: 2 } });
});

test('a folder is not deleted over changes below it that were not seen', async () => {
  const { world, desk, laptop } = await twoDevices();
  const folder = await world.mkdir(desk, 'folder');
  const inner = await world.mkdir(desk, 'inner', folder.nodeId);
  const aside = await world.mkdir(desk, 'aside');
  await world.put(desk, { name: 'a.txt', text: 'one', parentId: inner.nodeId });
  const unseen = { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 3 } as const;
  expect(await world.tryOne(laptop, unseen)).toMatchObject({ conflict: { kind: 'unseen_changes' } });
  await world.put(desk, { name: 'b.txt', text: 'two', parentId: aside.nodeId });
  const seen = { ...unseen, baseSeq: 4 };
  expect(await world.tryOne(laptop, seen)).toMatchObject({ status: 'committed' });
});

test('what was changed below a folder by the device itself, or moved away, does not keep it from being deleted', async () => {
  const { world, desk, laptop, root } = await twoDevices();
  const folder = await world.mkdir(desk, 'folder');
  await world.put(laptop, { name: 'mine.txt', text: 'one', parentId: folder.nodeId });
  const { node } = await world.put(desk, { name: 'theirs.txt', text: 'two', parentId: folder.nodeId });
  await world.must(desk, { type: 'move', nodeId: node.nodeId, baseRev: 1, parentId: root, name: 'theirs.txt' });
  await world.must(laptop, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 1 });
  expect(await world.names(desk)).toEqual(['theirs.txt']);
});

test('the delete of a folder needs a baseSeq, and one from a future that is gone is unseen', async () => {
  const { world, desk } = await twoDevices();
  const { nodeId } = await world.mkdir(desk, 'folder');
  expect(await world.tryOne(desk, { type: 'delete', nodeId, baseRev: 1 })).toMatchObject(refusal('invalid_request'));
  const ahead = await world.tryOne(desk, { type: 'delete', nodeId, baseRev: 1, baseSeq: 9 });
  expect(ahead).toMatchObject({ status: 'conflict', conflict: { kind: 'unseen_changes' } });
});

test('children and then their folder are deleted in one request', async () => {
  const { world, desk, laptop } = await twoDevices();
  const folder = await world.mkdir(desk, 'folder');
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one', parentId: folder.nodeId });
  const results = await world.commit(
    laptop,
    world.name(laptop, [
      { type: 'delete', nodeId: node.nodeId, baseRev: 1 },
      { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 2 },
    ]),
  );
  expect(results.map(({ status }) => status)).toEqual(['committed', 'committed']);
});

test('a restored node stands where it stood, with all that lies below it', async () => {
  const { world, desk } = await twoDevices();
  const folder = await world.mkdir(desk, 'folder');
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one', parentId: folder.nodeId });
  await world.must(desk, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq: 2 });
  const inside = await world.tryOne(desk, { type: 'restore', nodeId: node.nodeId });
  expect(inside).toMatchObject({ conflict: { kind: 'parent_deleted', serverNodeId: folder.nodeId } });
  const back = await world.must(desk, { type: 'restore', nodeId: folder.nodeId });
  expect(back.node.deletedAt).toBeUndefined();
  expect(await world.names(desk)).toEqual(['folder', 'a.txt']);
  expect(await world.read(desk, node.nodeId)).toBe('one');
  expect(await world.must(desk, { type: 'restore', nodeId: folder.nodeId })).toMatchObject({
    seq: 4,
    node: { rev: 3 },
  });
});

test('a node is restored beside one that has taken its name', async () => {
  const { world, desk } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  const other = await world.put(desk, { name: 'a.txt', text: 'two' });
  const back = await world.must(desk, { type: 'restore', nodeId: node.nodeId });
  expect(back.conflict).toMatchObject({
    kind: 'name_taken',
    serverNodeId: other.node.nodeId,
    conflictName: back.node.name,
  });
  expect(await world.read(desk, node.nodeId)).toBe('one');
  expect(await world.read(desk, other.node.nodeId)).toBe('two');
});

test('an older content becomes the next revision, and the present one is no change', async () => {
  const { world, desk } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const { nodeId } = node;
  await world.put(desk, { name: 'a.txt', nodeId, baseRev: 1, text: 'two' });
  expect(await world.must(desk, { type: 'restore', nodeId, rev: 2 })).toMatchObject({ seq: 2, node: { rev: 2 } });
  expect(await world.must(desk, { type: 'restore', nodeId, rev: 1 })).toMatchObject({
    seq: 3,
    node: { contentRev: 3 },
  });
  expect(await world.read(desk, nodeId)).toBe('one');
  expect(await world.read(desk, nodeId, 2)).toBe('two');
  expect(await world.tryOne(desk, { type: 'restore', nodeId, rev: 9 })).toMatchObject(refusal('not_found'));
});

test('a copy has the content of its source, beside what has its name already', async () => {
  const { world, desk, root } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  await world.put(desk, { name: 'a.txt', nodeId: node.nodeId, baseRev: 1, text: 'two' });
  const from = { namespaceId: desk.namespaceId, nodeId: node.nodeId };
  const copy = await world.must(desk, { type: 'copy', from, parentId: root, name: 'b.txt' });
  expect(await world.read(desk, copy.node.nodeId)).toBe('two');
  const older = await world.must(desk, { type: 'copy', from: { ...from, rev: 1 }, parentId: root, name: 'b.txt' });
  expect(older.conflict).toMatchObject({ kind: 'name_taken', conflictName: older.node.name });
  expect(await world.read(desk, older.node.nodeId)).toBe('one');
});

test('foreign, deleted and unknown sources of a copy are answered alike', async () => {
  const { world, desk, root } = await twoDevices();
  const eve = await world.device('phone', 'eve');
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const copy = (member: typeof desk, from: { readonly nodeId: NodeId }, rev = 1) =>
    world.tryOne(member, {
      type: 'copy',
      from: { namespaceId: desk.namespaceId, nodeId: from.nodeId, rev },
      parentId: rootNodeId(member.namespaceId),
      name: 'b.txt',
    });
  const missing = await copy(desk, { nodeId: UNKNOWN_ID });
  expect(missing).toMatchObject(refusal('not_found'));
  const { opId: _opId, ...answer } = missing;
  expect(await copy(eve, node)).toMatchObject(answer);
  expect(await copy(desk, node, 7)).toMatchObject(answer);
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
  expect(await copy(desk, node)).toMatchObject(answer);
  const folder = await world.mkdir(desk, 'folder', root);
  expect(await copy(desk, folder)).toMatchObject(refusal('invalid_request'));
});

test.each(['move', 'delete', 'restore', 'put'] as const)('%s of an unknown node is not found', async (type) => {
  const { world, desk, root } = await twoDevices();
  const place = { parentId: root, name: 'x' };
  const result =
    type === 'put'
      ? await world.tryPut(desk, { ...place, nodeId: UNKNOWN_ID, baseRev: 1, text: 'x' })
      : type === 'move'
        ? await world.tryOne(desk, { type, nodeId: UNKNOWN_ID, baseRev: 1, ...place })
        : type === 'delete'
          ? await world.tryOne(desk, { type, nodeId: UNKNOWN_ID, baseRev: 1 })
          : await world.tryOne(desk, { type, nodeId: UNKNOWN_ID });
  expect(result).toMatchObject(refusal('not_found'));
});

test('a move and a delete of a revision that does not exist yet are refused', async () => {
  const { world, desk, root } = await twoDevices();
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const { nodeId } = node;
  const move = { type: 'move', nodeId, baseRev: 2, parentId: root, name: 'b.txt' } as const;
  expect(await world.tryOne(desk, move)).toMatchObject(refusal('invalid_request'));
  expect(await world.tryOne(desk, { type: 'delete', nodeId, baseRev: 2 })).toMatchObject(refusal('invalid_request'));
});

test('every change is told by the delta with the node as it was after it', async () => {
  const { world, desk, root } = await twoDevices();
  const start = await world.cursor(desk);
  const { node } = await world.put(desk, { name: 'a.txt', text: 'one' });
  const { nodeId } = node;
  await world.put(desk, { name: 'a.txt', nodeId, baseRev: 1, text: 'two' });
  committed(await world.tryOne(desk, { type: 'move', nodeId, baseRev: 2, parentId: root, name: 'b.txt' }));
  await world.must(desk, { type: 'delete', nodeId, baseRev: 3 });
  await world.must(desk, { type: 'restore', nodeId });
  const delta = await world.service.invoke('listChanges', { query: { cursor: start } }, desk);
  expect(delta.ok && delta.value.changes.map(({ seq, type, node: { rev, name } }) => [seq, type, rev, name])).toEqual([
    [1, 'created', 1, 'a.txt'],
    [2, 'modified', 2, 'a.txt'],
    [3, 'moved', 3, 'b.txt'],
    [4, 'deleted', 4, 'b.txt'],
    [5, 'restored', 5, 'b.txt'],
  ]);
});
