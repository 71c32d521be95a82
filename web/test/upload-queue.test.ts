import { beforeEach, expect, test } from '@jest/globals';
import { InitiateUploadsRequest, MiB } from '@syncline/protocol';
import { objectPuts } from '../../test/support/in-memory-client.ts';
import {
  childrenOf,
  filesOf,
  inputOf,
  memorySource,
  nextTurn,
  openUploadWorld,
  settled,
  someBytes,
  type UploadWorld,
} from '../../test/support/upload-world.ts';

let world: UploadWorld;
beforeEach(async () => {
  world = await openUploadWorld();
});

const text = (words: string) => Buffer.from(words);

test('a folder arrives with its folders, its small files in packs, and its large file', async () => {
  const { queue, target, client } = world;
  const large = someBytes(5 * MiB);
  const small = Array.from({ length: 60 }, (_, index) =>
    inputOf(`trip/day ${index % 3}/${index}.txt`, text(`n ${index}`)),
  );
  await queue.add([inputOf('trip/film.mp4', large), ...small, inputOf('alone.txt', text('alone'))], target, [
    ['trip', 'empty'],
  ]);
  expect(new Set(await settled(queue))).toEqual(new Set(['done']));
  const files = await filesOf(world);
  expect(files.size).toBe(62);
  expect(files.get('trip/film.mp4')?.equals(large)).toBe(true);
  expect(files.get('trip/day 2/5.txt')?.toString()).toBe('n 5');
  const trip = (await childrenOf(client, target.folderId)).find(({ kind }) => kind === 'folder');
  expect(trip === undefined ? [] : (await childrenOf(client, trip.nodeId)).map(({ name }) => name)).toContain('empty');
  // Chunks of the film, one of the file in the root, and a pack of all others.
  expect(objectPuts(client).length).toBeLessThan(15);
  expect(await world.journal.all()).toEqual([]);
  // What comes in packs has no upload session.
  const opened = client.sent.filter(({ method, url }) => method === 'POST' && url.endsWith('/v1/uploads'));
  const sizes = opened.flatMap(
    ({ body }) => InitiateUploadsRequest.parse(JSON.parse(Buffer.from(body ?? []).toString())).files,
  );
  expect(sizes.map(({ size }) => size).toSorted((a, b) => b - a)).toEqual([5 * MiB, 5]);
});

test('a name that exists is asked about once, and the answer holds for all', async () => {
  const { queue, target } = world;
  await queue.add([inputOf('a.txt', text('old a')), inputOf('b.txt', text('old b'))], target);
  await settled(queue);
  queue.clear();
  const again = world.reloaded();
  await again.add(
    ['a.txt', 'b.txt', 'c.txt'].map((name) => inputOf(name, text(`new ${name}`))),
    target,
  );
  expect((await settled(again)).toSorted()).toEqual(['asking', 'asking', 'done']);
  expect(again.question).toMatchObject({ name: 'a.txt', kind: 'file', others: 1 });
  again.answer(again.question?.id ?? '', 'keep_both', true);
  expect(new Set(await settled(again))).toEqual(new Set(['done']));
  const files = await filesOf(world);
  expect(Object.fromEntries([...files].map(([name, bytes]) => [name, bytes.toString()]))).toEqual({
    'a.txt': 'old a',
    'a (2).txt': 'new a.txt',
    'b.txt': 'old b',
    'b (2).txt': 'new b.txt',
    'c.txt': 'new c.txt',
  });
});

test('what is replaced stays a revision, and what is skipped is not sent', async () => {
  const { queue, target, client } = world;
  await queue.add([inputOf('a.txt', text('old a')), inputOf('b.txt', text('old b'))], target);
  await settled(queue);
  const again = world.reloaded();
  await again.add([inputOf('a.txt', text('new a')), inputOf('b.txt', text('new b'))], target);
  await settled(again);
  again.answer(again.question?.id ?? '', 'replace', false);
  await settled(again);
  again.answer(again.question?.id ?? '', 'skip', false);
  expect((await settled(again)).toSorted()).toEqual(['done', 'skipped']);
  const files = await filesOf(world);
  expect([files.get('a.txt')?.toString(), files.get('b.txt')?.toString()]).toEqual(['new a', 'old b']);
  const [a] = await childrenOf(client, target.folderId);
  const revisions = await client.api.listRevisions({ parameters: { nodeId: a?.nodeId ?? '' }, query: {} });
  expect(revisions.ok && revisions.value.revisions.length).toBe(2);
});

test('somebody who takes the name while a file is sent is found by the commit', async () => {
  const { queue, target, network } = world;
  const late = world.reloaded();
  network.holdsBack = ({ method }) => method === 'PUT';
  await late.add([inputOf('a.txt', text('mine'))], target);
  // It has looked for the name, and comes no further.
  while (!late.totals.isOffline) await nextTurn();
  late.pause();
  network.holdsBack = () => false;
  await queue.add([inputOf('a.txt', text('theirs'))], target);
  expect(await settled(queue)).toEqual(['done']);
  late.resume();
  expect(await settled(late)).toEqual(['asking']);
  late.answer(late.question?.id ?? '', 'keep_both', true);
  await settled(late);
  expect((await filesOf(world)).get('a (2).txt')?.toString()).toBe('mine');
});

test('after a reload in the middle the same file goes on: only what is not stored is sent', async () => {
  const { queue, target, client, network, journal } = world;
  const bytes = someBytes(24 * MiB);
  network.putsLeft = 10;
  await queue.add([inputOf('film.mp4', bytes)], target);
  while (network.putsLeft >= 0) await nextTurn();
  network.putsLeft = Number.POSITIVE_INFINITY;
  const before = objectPuts(client).length;
  const records = await journal.all();
  expect(records).toMatchObject([{ name: 'film.mp4', size: bytes.length }]);
  const again = world.reloaded();
  again.adopt(records.map((record) => ({ record, source: undefined })));
  expect(again.items).toMatchObject([{ status: 'needs-file' }]);
  const id = again.items[0]?.id ?? '';
  expect(again.giveFile(id, memorySource(bytes.subarray(1)))).toBe(false);
  expect(again.items).toMatchObject([{ status: 'needs-file', failure: 'other-file' }]);
  expect(again.giveFile(id, memorySource(bytes))).toBe(true);
  expect(await settled(again)).toEqual(['done']);
  expect((await filesOf(world)).get('film.mp4')?.equals(bytes)).toBe(true);
  const stored = new Set(objectPuts(client).map(({ url }) => url.replace(/\?.*/, '')));
  // Those that were on their way when the page went are sent again, and no other.
  const repeated = objectPuts(client).length - stored.size;
  expect(repeated).toBeLessThanOrEqual(before - 10);
  expect(await journal.all()).toEqual([]);
});

test('while the service cannot be reached everything waits, and goes on once it is there', async () => {
  const { queue, target, network } = world;
  network.isLost = true;
  await queue.add([inputOf('a.txt', text('a')), inputOf('b.bin', someBytes(2 * MiB))], target);
  while (!queue.totals.isOffline) await nextTurn();
  expect(queue.items.some(({ status }) => status === 'failed')).toBe(false);
  network.isLost = false;
  queue.tryAgain();
  expect(await settled(queue)).toEqual(['done', 'done']);
});

test('a paused upload sends nothing more until it is resumed; a cancelled one leaves nothing behind', async () => {
  const { queue, target, journal } = world;
  queue.pause();
  await queue.add(
    [inputOf('a.txt', text('a')), inputOf('b.bin', someBytes(2 * MiB)), inputOf('c.txt', text('c'))],
    target,
  );
  expect(queue.items.map(({ status }) => status)).toEqual(['waiting', 'waiting', 'waiting']);
  const [a, b] = queue.items;
  queue.cancel([a?.id ?? '']);
  queue.pause([b?.id ?? '']);
  queue.resume();
  // The one that was paused by itself is resumed with all.
  expect((await settled(queue)).toSorted()).toEqual(['done', 'done']);
  expect([...(await filesOf(world)).keys()].toSorted()).toEqual(['b.bin', 'c.txt']);
  expect(await journal.all()).toEqual([]);
});

test('names that the service would refuse fail at once, and the others go', async () => {
  const { queue, target } = world;
  await queue.add([inputOf('a\u0001.txt', text('a')), inputOf('b.txt', text('b'))], target);
  expect((await settled(queue)).toSorted()).toEqual(['done', 'failed']);
  expect(queue.items.find(({ status }) => status === 'failed')).toMatchObject({ failure: 'bad-name' });
});

test('a name that is too long is refused for that, before anything is sent', async () => {
  const { queue, target, client } = world;
  await queue.add([inputOf(`${'ü'.repeat(126)}.txt`, text('a'))], target);
  expect(await settled(queue)).toEqual(['failed']);
  expect(queue.items).toMatchObject([{ failure: 'long-name' }]);
  // Nor when it is tried again, because the same file has the same name.
  queue.retry();
  expect(await settled(queue)).toEqual(['failed']);
  expect(queue.items).toMatchObject([{ failure: 'long-name' }]);
  expect(client.sent.filter(({ url }) => url.includes('/uploads') || url.includes('/commit'))).toEqual([]);
});
