import { expect, test } from '@jest/globals';
import { assert, type Cursor, DEPTH_MAX, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import { CommitWorld } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';

/** Requests after which a listing should long have ended. */
const REQUESTS_MAX = 500;

async function oneDevice() {
  const world = new CommitWorld();
  const desk = await world.device('desk');
  return { world, desk, root: rootNodeId(desk.namespaceId) };
}

/** Makes folders one inside the other, and answers them from the outermost on. */
async function nest(world: CommitWorld, device: Member, nameOf: (depth: number) => string): Promise<readonly Node[]> {
  const folders: Node[] = [];
  for (let depth = 1; depth <= DEPTH_MAX; depth++) {
    folders.push(await world.mkdir(device, nameOf(depth), folders.at(-1)?.nodeId));
  }
  return folders;
}

/** The whole tree as a new device reads it: page by page, then the folders that a page had no room for. */
async function listAll(world: CommitWorld, device: Member, limit: number): Promise<ReadonlySet<NodeId>> {
  const seen = new Set<NodeId>();
  const open: { readonly folderId?: NodeId; readonly page?: Cursor }[] = [{}];
  for (let requests = 0; open.length > 0; requests++) {
    assert(requests < REQUESTS_MAX, 'a listing comes to its end');
    const { folderId, page } = open.pop() ?? {};
    const query = {
      limit: String(limit),
      ...(folderId === undefined ? {} : { folderId }),
      ...(page === undefined ? {} : { page }),
    };
    const answer = await world.service.invoke('listTree', { query }, device);
    assert(answer.ok, `a listing goes on: ${JSON.stringify(answer)}`);
    for (const { nodeId } of answer.value.nodes) seen.add(nodeId);
    for (const unlisted of answer.value.unlisted ?? []) open.push({ folderId: unlisted });
    const { nextPage } = answer.value;
    if (nextPage !== undefined)
      open.push({ ...(folderId === undefined ? {} : { folderId }), page: nextPage as Cursor });
  }
  return seen;
}

test.each([
  ['in letters of three bytes', '漢'.repeat(83)],
  ['whose keys are longer than they are', '\u{1d160}'.repeat(63)],
  ['that JSON writes with escapes', '\\"'.repeat(126)],
  ['of plain letters', 'x'.repeat(253)],
])('a tree of the deepest folders with the longest names %s is listed to its end', async (_what, long) => {
  const { world, desk } = await oneDevice();
  const folders = await nest(world, desk, (depth) => `${long.slice(0, 250)}${String(depth % 10)}`);
  const seen = await listAll(world, desk, 3);
  expect(folders.filter(({ nodeId }) => !seen.has(nodeId))).toEqual([]);
});

test('what folder moves have carried deeper than a node may be put can still be read and listed', async () => {
  const { world, desk, root } = await oneDevice();
  const first = await nest(world, desk, (depth) => `a${depth}`);
  const second = await nest(world, desk, (depth) => `b${depth}`);
  const third = await nest(world, desk, (depth) => `c${depth}`);
  const deepest = third.at(-2)?.nodeId ?? root;
  const { node } = await world.put(desk, { name: 'deep.txt', text: 'deep', parentId: deepest });
  const into = (below: readonly Node[]) => ({ baseRev: 1, parentId: below.at(-2)?.nodeId ?? root, name: 'moved' });
  await world.must(desk, { type: 'move', nodeId: third[0]?.nodeId ?? root, ...into(second) });
  await world.must(desk, { type: 'move', nodeId: second[0]?.nodeId ?? root, ...into(first) });
  expect(await world.read(desk, node.nodeId)).toBe('deep');
  const files = [{ namespaceId: desk.namespaceId, nodeId: node.nodeId }];
  const together = await world.service.invoke('readContents', { body: { files } }, desk);
  expect(together).toMatchObject({ value: { contents: [{ status: 'found' }] } });
  expect(await listAll(world, desk, 1000)).toContain(node.nodeId);
});
