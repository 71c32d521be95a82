import { beforeEach, expect, test } from '@jest/globals';
import { type Node, opId } from '@syncline/protocol';
import {
  childrenOf,
  filesOf,
  inputOf,
  nextTurn,
  openUploadWorld,
  settled,
  type UploadWorld,
} from '../../test/support/upload-world.ts';

let world: UploadWorld;
beforeEach(async () => {
  world = await openUploadWorld();
});

const text = (words: string) => Buffer.from(words);
let batches = 0;

async function commit(operation: object): Promise<void> {
  batches += 1;
  const id = String(batches).padStart(26, '0');
  const named = { opId: opId(id, 0), namespaceId: world.target.namespaceId, ...operation };
  const answer = await world.client.api.commit({ body: { operations: [named as never] } });
  expect(answer.ok && answer.value.results[0]?.status).toBe('committed');
}

async function onlyNode(): Promise<Node> {
  const [node] = await childrenOf(world.client, world.target.folderId);
  if (node === undefined) throw new Error('there is a node');
  return node;
}

async function remove({ nodeId, rev, kind }: Node): Promise<void> {
  const tree = await world.client.api.listTree({ query: { namespaceId: world.target.namespaceId } });
  const baseSeq = kind === 'folder' && tree.ok ? { baseSeq: tree.value.seq } : {};
  await commit({ type: 'delete', nodeId, baseRev: rev, ...baseSeq });
}

async function foldersOf(): Promise<readonly string[]> {
  const nodes = await childrenOf(world.client, world.target.folderId);
  return nodes.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
}

const walk = () => inputOf('trip/walk.txt', text('we walked'));

test('a folder that was deleted since it was uploaded is made again by the next upload of it', async () => {
  const { queue, target } = world;
  await queue.add([walk()], target);
  await settled(queue);
  await remove(await onlyNode());
  await queue.add([walk()], target);
  expect(await settled(queue)).toEqual(['done', 'done']);
  expect([...(await filesOf(world)).keys()]).toEqual(['trip/walk.txt']);
});

test('a folder that was renamed since it was uploaded gets nothing of the next upload of its former name', async () => {
  const { queue, target } = world;
  await queue.add([walk()], target);
  await settled(queue);
  const { nodeId, placeRev } = await onlyNode();
  await commit({ type: 'move', nodeId, parentId: target.folderId, name: 'old trip', baseRev: placeRev });
  await queue.add([inputOf('trip/ride.txt', text('we rode'))], target);
  expect(await settled(queue)).toEqual(['done', 'done']);
  expect([...(await filesOf(world)).keys()].toSorted()).toEqual(['old trip/walk.txt', 'trip/ride.txt']);
});

test('of a file that was deleted since it was uploaded it is not said that its name exists', async () => {
  const { queue, target } = world;
  await queue.add([inputOf('a.txt', text('first'))], target);
  await settled(queue);
  await remove(await onlyNode());
  await queue.add([inputOf('a.txt', text('second'))], target);
  expect(await settled(queue)).toEqual(['done', 'done']);
  expect((await filesOf(world)).get('a.txt')?.toString()).toBe('second');
});

test('what failed because its folder was deleted under it is tried again in a folder that is made anew', async () => {
  const { queue, target, network } = world;
  network.holdsBack = ({ url, method }) => method === 'POST' && url.endsWith('/v1/uploads');
  await queue.add([walk()], target);
  while (!queue.totals.isOffline) await nextTurn();
  await remove(await onlyNode());
  network.holdsBack = () => false;
  queue.tryAgain();
  expect(await settled(queue)).toEqual(['failed']);
  expect(queue.items).toMatchObject([{ failure: 'folder-gone' }]);
  queue.retry();
  expect(await settled(queue)).toEqual(['done']);
  expect([...(await filesOf(world)).keys()]).toEqual(['trip/walk.txt']);
});

test('an empty folder whose name cannot be stored is told, and keeps no other from being made', async () => {
  const { queue, target } = world;
  await queue.add([inputOf('a.txt', text('a'))], target, [['good'], ['bad\tone'], ['deep', 'bad\u0001', 'below']]);
  expect((await settled(queue)).toSorted()).toEqual(['done', 'failed', 'failed']);
  expect(await foldersOf()).toEqual(['good']);
  expect(queue.items.filter(({ status }) => status === 'failed')).toMatchObject([
    { name: 'bad\tone', isFolder: true, failure: 'bad-folder', detail: 'bad\tone' },
    { name: 'below', isFolder: true, failure: 'bad-folder', detail: 'bad\u0001' },
  ]);
  expect(queue.totals).toMatchObject({ files: 3, doneFiles: 1, failedFiles: 2 });
});

test('a file in a folder whose name cannot be stored is told which folder that is', async () => {
  const { queue, target } = world;
  const long = 'ü'.repeat(128);
  await queue.add([inputOf('bad\tone/a.txt', text('a')), inputOf(`${long}/b.txt`, text('b'))], target);
  expect(await settled(queue)).toEqual(['failed', 'failed']);
  expect(queue.items).toMatchObject([
    { failure: 'bad-folder', detail: 'bad\tone' },
    { failure: 'bad-folder', detail: long },
  ]);
});

test('empty folders that are dropped while the service cannot be reached are made once it is there, also after a reload', async () => {
  const { queue, target, network, journal } = world;
  network.isLost = true;
  await queue.add([inputOf('a.txt', text('a'))], target, [['empty', 'inside']]);
  while (!queue.totals.isOffline) await nextTurn();
  network.isLost = false;
  const again = world.reloaded();
  again.adopt(
    (await journal.all()).map((record) => ({ record, source: record.isFolder === true ? undefined : walk().source })),
  );
  again.cancel(again.items.filter(({ name }) => name === 'a.txt').map(({ id }) => id));
  await settled(again);
  // What was made is not told as a file that was uploaded.
  expect(again.items).toEqual([]);
  expect(await foldersOf()).toEqual(['empty']);
  expect(await journal.all()).toEqual([]);
});

test('an empty folder is told where a file has its name', async () => {
  const { queue, target } = world;
  await queue.add([inputOf('trip', text('a file'))], target);
  await settled(queue);
  queue.clear();
  await queue.add([], target, [['trip']]);
  expect(await settled(queue)).toEqual(['failed']);
  expect(queue.items).toMatchObject([{ name: 'trip', isFolder: true, failure: 'folder-gone' }]);
});

test('two drops of one folder at once make it once, and ask about the files that both have', async () => {
  const { queue, target } = world;
  await Promise.all([
    queue.add([walk(), inputOf('trip/a.txt', text('a'))], target, [['trip', 'empty']]),
    queue.add([walk(), inputOf('trip/b.txt', text('b'))], target, [['trip', 'empty']]),
  ]);
  expect((await settled(queue)).toSorted()).toEqual(['asking', 'done', 'done', 'done']);
  queue.answer(queue.question?.id ?? '', 'skip', false);
  await settled(queue);
  expect(await foldersOf()).toEqual(['trip']);
  expect([...(await filesOf(world)).keys()].toSorted()).toEqual(['trip/a.txt', 'trip/b.txt', 'trip/walk.txt']);
});
