/** What comes ahead of a commit, at the moment of that commit and while the disk is slow or defective. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { UploadContentResponse } from '@syncline/protocol';
import { DiskRefusedError } from '../../client/src/engine/ports.ts';
import { AHEAD_ENDING_MS_MAX } from '../../client/src/sync/limits.ts';
import { ChunkedAuthor, type OpenUpload } from '../support/chunked-author.ts';
import { FetchingDevice } from '../support/fetching-device.ts';
import { join } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

const RESTED = { kind: 'rested', problems: [] };
const PARTS = ['one ', 'two ', 'three ', 'four ', 'five ', 'six ', 'seven ', 'eight '];
const WHOLE = PARTS.join('');
let author: ChunkedAuthor;
let phone: FetchingDevice;

beforeEach(async () => {
  const service = new InMemoryService();
  author = new ChunkedAuthor(service, await join(service, 'ada', 'desk'));
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

/** Lets no more chunks come until they may; whoever leaves a request gets no answer. */
function holdChunks(): { readonly asked: () => number; readonly letCome: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { transport } = phone.client;
  const send = transport.send.bind(transport);
  let asked = 0;
  Object.assign(transport, {
    send: async (request: Parameters<typeof send>[0]) => {
      if (request.method !== 'GET' || !request.url.startsWith('memory:')) return send(request);
      asked += 1;
      const { signal } = request;
      await Promise.race([
        promise,
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      ]);
      return send(request);
    },
  });
  return { asked: () => asked, letCome: resolve };
}

test('what is on its way at the moment of the commit is let come, and asked for once', async () => {
  const upload = await author.open(PARTS);
  const held = holdChunks();
  const coming = [0, 1, 2, 3];
  await report(upload, ...coming);
  expect(held.asked()).toBe(coming.length);
  author.send(upload);
  await author.report(upload);
  await author.commit(upload, { name: 'film.mkv' });
  const syncing = phone.sync();
  await phone.settle();
  held.letCome();
  expect(await syncing).toMatchObject(RESTED);
  expect(held.asked()).toBe(PARTS.length);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
});

test('what does not come for long after the commit is left, and asked for again', async () => {
  const upload = await author.open(PARTS);
  const held = holdChunks();
  await report(upload, 0, 1, 2, 3);
  author.send(upload);
  await author.report(upload);
  await author.commit(upload, { name: 'film.mkv' });
  await phone.settle();
  const askedAhead = held.asked();
  const syncing = phone.sync();
  await phone.settle();
  phone.clock.advance(AHEAD_ENDING_MS_MAX);
  await phone.settle();
  held.letCome();
  expect(await syncing).toMatchObject(RESTED);
  expect(held.asked()).toBe(askedAhead + PARTS.length);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
});

test('what is reported while a chunk is slow to come is fetched beside it', async () => {
  const { transport } = phone.client;
  const send = transport.send.bind(transport);
  const { promise, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  Object.assign(transport, {
    send: async (request: Parameters<typeof send>[0]) => {
      const isHeld = isFirst && request.method === 'GET' && request.url.startsWith('memory:');
      if (isHeld) isFirst = false;
      if (isHeld) await promise;
      return send(request);
    },
  });
  const upload = await author.open(PARTS);
  expect(await report(upload, 0)).toBe(0);
  expect(await report(upload, 1, 2)).toBe(2);
  expect(await report(upload, 3, 4, 5)).toBe(3);
  resolve();
  await phone.settle();
  expect(phone.takeMoved().fetched).toBe(1);
  await report(upload, 6, 7);
  await author.commit(upload, { name: 'film.mkv' });
  expect(await phone.sync()).toMatchObject(RESTED);
  expect(phone.takeMoved().fetched).toBe(0);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
});

/** What the disk does from now on when something in staging is to be made durable. */
function onFlush(flush: () => Promise<void>): void {
  const stage = phone.files.stage.bind(phone.files);
  phone.files.stage = async (content) => Object.assign(await stage(content), { flush });
}

test('more comes while what came before is made durable', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  onFlush(() => promise);
  const upload = await author.open(PARTS);
  const fetched = [await report(upload, 0), await report(upload, 1), await report(upload, 2)];
  resolve();
  expect(fetched).toEqual([1, 1, 1]);
});

test('what could not be made durable is not believed', async () => {
  onFlush(() => Promise.reject(new DiskRefusedError('the disk is defective')));
  const upload = await author.open(PARTS);
  await report(upload, ...PARTS.keys());
  await author.commit(upload, { name: 'film.mkv' });
  expect(await phone.sync()).toMatchObject(RESTED);
  expect(phone.takeMoved().fetched).toBe(PARTS.length);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
  expect(phone.files.stagedKeys()).toEqual([]);
});

test('what could not be made durable is not left for the next process', async () => {
  onFlush(() => Promise.reject(new DiskRefusedError('the disk is defective')));
  await report(await author.open(PARTS), ...PARTS.keys());
  await phone.ahead.close();
  expect(phone.files.stagedKeys()).toEqual([]);
});

test('a disk that refuses to close a file does not keep the others from being closed', async () => {
  const closed: string[] = [];
  const stage = phone.files.stage.bind(phone.files);
  phone.files.stage = async (content) => {
    const close = async (): Promise<void> => {
      closed.push(content.key);
      throw new DiskRefusedError('the disk is defective');
    };
    return Object.assign(await stage(content), { close });
  };
  await report(await author.open(PARTS), 0);
  await report(await author.open(['another ', ...PARTS]), 0);
  await phone.ahead.close();
  expect([closed.length, phone.files.stagedKeys()]).toEqual([2, []]);
});

/** The service says from now on that the second chunk of every open upload stands at `offset`. */
function misplaceSecond(offset: number): void {
  const { transport } = phone.client;
  const send = transport.send.bind(transport);
  Object.assign(transport, {
    send: async (request: Parameters<typeof send>[0]) => {
      const response = await send(request);
      if (!/\/uploads\/[^/]*\/content/.test(request.url)) return response;
      const answer = UploadContentResponse.parse(JSON.parse(Buffer.from(response.body).toString()));
      const chunks = answer.chunks.map((chunk) => (chunk.index === 1 ? { ...chunk, offset } : chunk));
      return { ...response, body: Buffer.from(JSON.stringify({ ...answer, chunks })) };
    },
  });
}

test.each([2, -1, WHOLE.length - 1, WHOLE.length])(
  'a chunk that is said to stand at %i, where it cannot, damages nothing that came before',
  async (offset) => {
    misplaceSecond(offset);
    const upload = await author.open(PARTS);
    expect([await report(upload, 0), await report(upload, 1)]).toEqual([1, 0]);
    expect(phone.files.stagedKeys()).toEqual([]);
    author.send(upload);
    await author.commit(upload, { name: 'film.mkv' });
    expect(await phone.sync()).toMatchObject(RESTED);
    expect(phone.files.text('film.mkv')).toBe(WHOLE);
  },
);
