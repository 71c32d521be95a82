import { expect, test } from '@jest/globals';
import { NodeId, rootNodeId } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';

const COPY = /^note \(conflicted copy from (laptop|desk) \d{4}-\d\d-\d\d \d{6}( \d+)?\)\.txt$/;
const FREE_ID = NodeId.parse('00000000000000000000000001');

async function twoDevices() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  const laptop = await world.device('laptop');
  return { world, desk, laptop, root: rootNodeId(desk.namespaceId) };
}

/** A file that both devices know at revision 1, and that the desk has edited to revision 2. */
async function editedByDesk() {
  const devices = await twoDevices();
  const { world, desk } = devices;
  const { node } = await world.put(desk, { name: 'note.txt', text: 'one', clock: 5 });
  const edited = await world.put(desk, { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'two', clock: 10 });
  return { ...devices, node: edited.node };
}

test('a new file stands at its place with the content that was uploaded', async () => {
  const { world, desk } = await twoDevices();
  const { node, seq } = await world.put(desk, { name: 'note.txt', text: 'one', newNodeId: FREE_ID });
  expect(node).toMatchObject({ nodeId: FREE_ID, name: 'note.txt', rev: 1, contentRev: 1, placeRev: 1, size: 3 });
  expect(seq).toBe(1);
  expect(await world.read(desk, node.nodeId)).toBe('one');
});

test('an empty file is a file', async () => {
  const { world, desk } = await twoDevices();
  const { node } = await world.put(desk, { name: 'empty', text: '' });
  expect(await world.read(desk, node.nodeId)).toBe('');
});

test('a new file with another base than 0 is refused', async () => {
  const { world, desk } = await twoDevices();
  const result = await world.tryPut(desk, { name: 'note.txt', text: 'one', baseRev: 1 });
  expect(result).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
});

test('an edit on the present content is the next revision, wherever the file was moved meanwhile', async () => {
  const { world, desk, laptop, root } = await twoDevices();
  const { node } = await world.put(desk, { name: 'note.txt', text: 'one' });
  await world.must(desk, { type: 'move', nodeId: node.nodeId, baseRev: 1, parentId: root, name: 'moved.txt' });
  const edited = await world.put(laptop, { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'two' });
  expect(edited.conflict).toBeUndefined();
  expect(edited.node).toMatchObject({ name: 'moved.txt', rev: 3, contentRev: 3, placeRev: 2 });
  expect(await world.read(laptop, node.nodeId)).toBe('two');
});

test('an edit of a revision that does not exist yet is refused', async () => {
  const { world, desk, node } = await editedByDesk();
  const result = await world.tryPut(desk, { name: 'note.txt', nodeId: node.nodeId, baseRev: 3, text: 'x' });
  expect(result).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
});

test('the same bytes as the present content are no conflict and make no entry', async () => {
  const { world, laptop, node } = await editedByDesk();
  const again = await world.put(laptop, { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'two' });
  expect(again).toMatchObject({ node: { rev: 2 }, seq: 2 });
  const twin = await world.put(laptop, { name: 'note.txt', text: 'two' });
  expect(twin).toMatchObject({ node: { nodeId: node.nodeId, rev: 2 } });
  expect(twin.conflict).toBeUndefined();
  expect(await world.head(laptop)).toBe(2);
});

test('setting the executable bit alone is an edit', async () => {
  const { world, desk, node } = await editedByDesk();
  const intent = { name: 'note.txt', nodeId: node.nodeId, baseRev: 2, text: 'two', executable: true };
  const edited = await world.put(desk, intent);
  expect(edited.node).toMatchObject({ rev: 3, executable: true });
  const back = await world.put(desk, { ...intent, baseRev: 3, executable: false });
  expect(back.node.executable).toBeUndefined();
});

test('keep_both leaves the server file and puts the stale edit beside it', async () => {
  const { world, laptop, node } = await editedByDesk();
  const mine = await world.put(laptop, { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'mine' });
  expect(mine.node.name).toMatch(COPY);
  expect(mine.conflict).toEqual({
    kind: 'edited',
    serverNodeId: node.nodeId,
    serverRev: 2,
    conflictName: mine.node.name,
  });
  expect(await world.read(laptop, node.nodeId)).toBe('two');
  expect(await world.read(laptop, mine.node.nodeId)).toBe('mine');
});

test('copies of one device and second get numbers', async () => {
  const { world, laptop, node } = await editedByDesk();
  const names = new Set<string>();
  for (const text of ['a', 'b', 'c']) {
    const copy = await world.put(laptop, { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text });
    expect(copy.node.name).toMatch(COPY);
    names.add(copy.node.name);
  }
  expect(names.size).toBe(3);
});

test('keep_mine makes the stale edit the next revision, and theirs stays readable', async () => {
  const { world, laptop, node } = await editedByDesk();
  const intent = { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'mine', onConflict: 'keep_mine' } as const;
  const mine = await world.put(laptop, intent);
  expect(mine).toMatchObject({
    node: { nodeId: node.nodeId, contentRev: 3 },
    conflict: { kind: 'edited', serverRev: 2 },
  });
  expect(await world.read(laptop, node.nodeId)).toBe('mine');
  expect(await world.read(laptop, node.nodeId, 2)).toBe('two');
});

test('keep_theirs keeps the stale edit as a losing revision', async () => {
  const { world, laptop, node } = await editedByDesk();
  const intent = {
    name: 'note.txt',
    nodeId: node.nodeId,
    baseRev: 1,
    text: 'mine',
    onConflict: 'keep_theirs',
  } as const;
  const mine = await world.put(laptop, intent);
  expect(mine.node).toMatchObject({ rev: 3, contentRev: 2 });
  expect(await world.read(laptop, node.nodeId)).toBe('two');
  expect(await world.read(laptop, node.nodeId, 3)).toBe('mine');
  const listed = await world.service.invoke(
    'listRevisions',
    { parameters: { nodeId: node.nodeId }, query: {} },
    laptop,
  );
  expect(listed.ok && listed.value.revisions.map(({ rev, losing }) => [rev, losing === true])).toEqual([
    [3, true],
    [2, false],
    [1, false],
  ]);
});

test('fail writes nothing and tells what it met', async () => {
  const { world, laptop, node } = await editedByDesk();
  const intent = { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'mine', onConflict: 'fail' } as const;
  const result = await world.tryPut(laptop, intent);
  expect(result).toMatchObject({ status: 'conflict', conflict: { kind: 'edited', serverRev: 2 }, node: { rev: 2 } });
  expect(await world.head(laptop)).toBe(2);
});

test.each([
  { clock: 11, wins: 'mine' },
  { clock: 9, wins: 'two' },
])('last_write_wins lets the larger clock win: $clock against 10', async ({ clock, wins }) => {
  const { world, laptop, node } = await editedByDesk();
  const intent = { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'mine', clock } as const;
  const result = await world.put(laptop, { ...intent, onConflict: 'last_write_wins' });
  expect(await world.read(laptop, node.nodeId)).toBe(wins);
  const loser = wins === 'mine' ? 2 : result.node.rev;
  expect(await world.read(laptop, node.nodeId, loser)).toBe(wins === 'mine' ? 'two' : 'mine');
});

test('last_write_wins breaks ties by the device id', async () => {
  const { world, desk, laptop, node } = await editedByDesk();
  const intent = { name: 'note.txt', nodeId: node.nodeId, baseRev: 1, text: 'mine', clock: 10 } as const;
  await world.put(laptop, { ...intent, onConflict: 'last_write_wins' });
  expect(await world.read(laptop, node.nodeId)).toBe(laptop.deviceId > desk.deviceId ? 'mine' : 'two');
});

test.each([
  { onConflict: 'keep_both', here: 'one', names: 2 },
  { onConflict: 'keep_mine', here: 'mine', names: 1 },
  { onConflict: 'keep_theirs', here: 'one', names: 1 },
  { onConflict: 'fail', here: 'one', names: 1 },
] as const)('a name that another file has taken is settled by $onConflict', async ({ onConflict, here, names }) => {
  const { world, desk, laptop } = await twoDevices();
  const { node } = await world.put(desk, { name: 'note.txt', text: 'one' });
  const result = await world.tryPut(laptop, { name: 'note.txt', text: 'mine', onConflict });
  expect(result).toMatchObject({ conflict: { kind: 'name_taken', serverNodeId: node.nodeId, serverRev: 1 } });
  expect(result.status).toBe(onConflict === 'fail' ? 'conflict' : 'committed');
  expect(await world.read(desk, node.nodeId)).toBe(here);
  expect(await world.names(desk)).toHaveLength(names);
});

test.each([
  { onConflict: 'keep_both', status: 'committed' },
  { onConflict: 'keep_mine', status: 'committed' },
  { onConflict: 'last_write_wins', status: 'committed' },
  { onConflict: 'keep_theirs', status: 'conflict' },
  { onConflict: 'fail', status: 'conflict' },
] as const)('a folder is never overwritten by a file: $onConflict', async ({ onConflict, status }) => {
  const { world, desk, laptop } = await twoDevices();
  const folder = await world.mkdir(desk, 'note.txt');
  const result = await world.tryPut(laptop, { name: 'note.txt', text: 'mine', onConflict });
  expect(result).toMatchObject({ status, conflict: { kind: 'name_taken', serverNodeId: folder.nodeId } });
  expect((await world.tree(desk)).filter(({ kind }) => kind === 'folder')).toHaveLength(1);
});

test('an edit beats a delete that has not seen it: the file comes back where the client has it', async () => {
  const { world, desk, laptop, root, node } = await editedByDesk();
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 2 });
  const back = await world.put(laptop, { name: 'here.txt', nodeId: node.nodeId, baseRev: 2, text: 'mine' });
  expect(back).toMatchObject({
    node: { nodeId: node.nodeId, name: 'here.txt', rev: 4 },
    conflict: { kind: 'deleted' },
  });
  expect(back.node.deletedAt).toBeUndefined();
  expect(await world.read(laptop, node.nodeId)).toBe('mine');
  expect(await world.read(laptop, node.nodeId, 2)).toBe('two');
  const taken = await world.put(desk, { name: 'note.txt', text: 'other', parentId: root });
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 4 });
  const beside = await world.put(laptop, { name: 'note.txt', nodeId: node.nodeId, baseRev: 4, text: 'again' });
  expect(beside.node.name).toMatch(COPY);
  expect(await world.read(desk, taken.node.nodeId)).toBe('other');
});

test.each(['fail', 'keep_theirs'] as const)('with %s a deleted file stays deleted', async (onConflict) => {
  const { world, desk, laptop, node } = await editedByDesk();
  await world.must(desk, { type: 'delete', nodeId: node.nodeId, baseRev: 2 });
  const result = await world.tryPut(laptop, {
    name: 'note.txt',
    nodeId: node.nodeId,
    baseRev: 2,
    text: 'mine',
    onConflict,
  });
  expect(result).toMatchObject({ conflict: { kind: 'deleted', serverNodeId: node.nodeId } });
  expect(await world.names(desk)).toEqual([]);
  if (onConflict === 'fail') return;
  // What was kept as a losing revision can be brought back.
  await world.must(laptop, { type: 'restore', nodeId: node.nodeId, rev: 4 });
  expect(await world.read(laptop, node.nodeId)).toBe('mine');
});

test('a folder in the trash takes no file, and says which folder it is', async () => {
  const { world, desk, laptop } = await twoDevices();
  const outer = await world.mkdir(desk, 'outer');
  const inner = await world.mkdir(desk, 'inner', outer.nodeId);
  const { node } = await world.put(desk, { name: 'note.txt', text: 'one', parentId: inner.nodeId });
  await world.must(desk, { type: 'delete', nodeId: outer.nodeId, baseRev: 1, baseSeq: 3 });
  const met = { status: 'conflict', conflict: { kind: 'parent_deleted', serverNodeId: outer.nodeId } };
  const put = { name: 'new.txt', text: 'x', parentId: inner.nodeId };
  expect(await world.tryPut(laptop, put)).toMatchObject(met);
  expect(await world.tryPut(laptop, { ...put, nodeId: node.nodeId, baseRev: 1 })).toMatchObject(met);
});

test('a folder that is unknown, or no folder, is refused', async () => {
  const { world, desk } = await twoDevices();
  const { node } = await world.put(desk, { name: 'note.txt', text: 'one' });
  const unknown = await world.tryPut(desk, { name: 'a', text: 'x', parentId: FREE_ID });
  expect(unknown).toMatchObject({ status: 'error', error: { code: 'not_found' } });
  const file = await world.tryPut(desk, { name: 'a', text: 'x', parentId: node.nodeId });
  expect(file).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
});

test('newNodeId names nothing that exists, unless it is this very file', async () => {
  const { world, desk, laptop } = await twoDevices();
  await world.put(desk, { name: 'note.txt', text: 'one', newNodeId: FREE_ID });
  const again = await world.put(laptop, { name: 'note.txt', text: 'one', newNodeId: FREE_ID });
  expect(again.node).toMatchObject({ nodeId: FREE_ID, rev: 1 });
  for (const intent of [
    { name: 'note.txt', text: 'other', newNodeId: FREE_ID },
    { name: 'other.txt', text: 'one', newNodeId: FREE_ID },
    { name: 'other.txt', text: 'one', newNodeId: rootNodeId(desk.namespaceId) },
  ]) {
    expect(await world.tryPut(laptop, intent)).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
  }
  expect(await world.head(desk)).toBe(1);
});
