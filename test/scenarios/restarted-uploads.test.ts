/** One content in several uploads at once, as when its author begins anew: nothing but what was verified is ever published. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ContentHash, type NamespaceId } from '@syncline/protocol';
import { AHEAD_DONE_MAX, AHEAD_ENDING_MS_MAX, AHEAD_SILENCE_MS } from '../../client/src/sync/limits.ts';
import { ChunkedAuthor, type OpenUpload } from '../support/chunked-author.ts';
import { FetchingDevice } from '../support/fetching-device.ts';
import { join, type Member, sha256Hex } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

const RESTED = { kind: 'rested', problems: [] };
const PARTS = ['one ', 'two ', 'three ', 'four ', 'five ', 'six ', 'seven ', 'eight '];
const WHOLE = PARTS.join('');
let author: ChunkedAuthor;
let phone: FetchingDevice;
let desk: Member;
let namespaceId: NamespaceId;

beforeEach(async () => {
  const service = new InMemoryService();
  desk = await join(service, 'ada', 'desk');
  namespaceId = desk.namespaceId;
  author = new ChunkedAuthor(service, desk);
  phone = new FetchingDevice(service, await join(service, 'ada', 'phone'));
  await phone.connect();
  expect(await phone.sync()).toMatchObject(RESTED);
  phone.takeMoved();
});
afterEach(() => phone.ahead.close());

/** Reports chunks, and lets the phone do what it does then; answers how many it fetched. */
async function report(upload: OpenUpload, ...indexes: readonly number[]): Promise<number> {
  await author.report(upload, indexes);
  await phone.settle();
  return phone.takeMoved().fetched;
}

async function commitAndSync(upload: OpenUpload): Promise<number> {
  author.send(upload);
  await author.commit(upload, { name: 'film.mkv' });
  const syncing = phone.sync();
  await phone.settle();
  // What is on its way is waited for until then.
  phone.clock.advance(AHEAD_ENDING_MS_MAX);
  expect(await syncing).toMatchObject(RESTED);
  return phone.takeMoved().fetched;
}

/** Chunks that are asked for until `pass` come when they may; whoever leaves such a request gets no answer. */
function holdChunks(): { readonly asked: () => number; readonly pass: () => void; readonly letCome: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { transport } = phone.client;
  const send = transport.send.bind(transport);
  let asked = 0;
  let isHolding = true;
  Object.assign(transport, {
    send: async (request: Parameters<typeof send>[0]) => {
      if (!isHolding || request.method !== 'GET' || !request.url.startsWith('memory:')) return send(request);
      asked += 1;
      const { signal } = request;
      await Promise.race([
        promise,
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      ]);
      return send(request);
    },
  });
  return { asked: () => asked, pass: () => (isHolding = false), letCome: resolve };
}

test('an upload that its author began anew goes on with what came of the first, and asks for nothing twice', async () => {
  expect(await report(await author.open(PARTS), 0, 1)).toBe(2);
  const second = await author.open(PARTS);
  expect(await report(second, 2, 3)).toBe(2);
  expect(await commitAndSync(second)).toBe(4);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
  expect([phone.files.stagedKeys(), phone.ahead.incoming()]).toEqual([[], []]);
});

test('of an upload that was begun three times, only what stands in the file is believed after the first was given up', async () => {
  await report(await author.open(PARTS), 0, 1);
  phone.clock.advance(AHEAD_SILENCE_MS / 2);
  await phone.settle();
  const second = await author.open(PARTS);
  await report(second, 2, 3);
  phone.clock.advance(AHEAD_SILENCE_MS / 2);
  await phone.settle();
  await report(second, 4, 5);
  const third = await author.open(PARTS);
  const held = holdChunks();
  await report(third, 6);
  held.pass();
  await commitAndSync(third);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
  expect(phone.files.stagedKeys()).toEqual([]);
});

test('what comes late of a second upload is not written into the file that was published', async () => {
  await report(await author.open(PARTS), 0, 1);
  const second = await author.open(PARTS);
  const held = holdChunks();
  await report(second, 2, 3);
  expect(held.asked()).toBe(2);
  held.pass();
  await commitAndSync(second);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
  phone.files.write('film.mkv', 'edited');
  held.letCome();
  await phone.settle();
  expect(phone.files.text('film.mkv')).toBe('edited');
});

test('of two files of one content neither is written into after it was published', async () => {
  const upload = await author.open(PARTS);
  const held = holdChunks();
  await report(upload, 0, 1);
  held.pass();
  author.send(upload);
  const { nodeId, parentId } = await author.commit(upload, { name: 'a.mkv' });
  await author.apply({ type: 'copy', from: { namespaceId, nodeId }, parentId, name: 'b.mkv' });
  const syncing = phone.sync();
  await phone.settle();
  const published = phone.files.paths();
  for (const path of published) phone.files.write(path, 'edited');
  held.letCome();
  expect(await syncing).toMatchObject(RESTED);
  for (const path of ['a.mkv', 'b.mkv'])
    expect(phone.files.text(path)).toBe(published.includes(path) ? 'edited' : WHOLE);
});

test('however many small files are downloaded, a large one that was is not fetched ahead again', async () => {
  const first = await author.open(PARTS);
  await report(first, 0);
  await commitAndSync(first);
  for (let file = 0; file < AHEAD_DONE_MAX; file++) {
    await phone.ahead.take({ contentHash: ContentHash.parse(sha256Hex(`small ${file}`)), size: 1 });
  }
  const { uploadId } = await author.open(PARTS);
  const { deviceId } = desk;
  phone.ahead.hear({ type: 'progress', namespaceId, uploadId, deviceId, storedBytes: 8, totalBytes: 40 });
  await phone.settle();
  expect(phone.files.stagedKeys()).toEqual([]);
});
