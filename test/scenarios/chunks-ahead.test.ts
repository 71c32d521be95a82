/** A large file comes to another device while it is being sent: ahead of its commit, and unseen until then. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Node, UPLOAD_SESSION_MS } from '@syncline/protocol';
import * as fc from 'fast-check';
import { AHEAD_ROOM_BYTES_MIN, AHEAD_SILENCE_MS } from '../../client/src/sync/limits.ts';
import { ChunkedAuthor, type OpenUpload } from '../support/chunked-author.ts';
import { FetchingDevice } from '../support/fetching-device.ts';
import { join, sha256Hex } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { propertyCases } from '../support/property-runs.ts';

const RESTED = { kind: 'rested', problems: [] };
const PARTS = ['one ', 'two ', 'three ', 'four ', 'five ', 'six ', 'seven ', 'eight '];
const WHOLE = PARTS.join('');
let service: InMemoryService;
let author: ChunkedAuthor;
let phone: FetchingDevice;

async function start(): Promise<void> {
  service = new InMemoryService();
  author = new ChunkedAuthor(service, await join(service, 'ada', 'desk'));
  phone = new FetchingDevice(service, await join(service, 'ada', 'phone'));
  await phone.connect();
  expect(await phone.sync()).toMatchObject(RESTED);
  phone.takeMoved();
}
beforeEach(start);
afterEach(() => phone.ahead.close());

/** Reports chunks, and lets the phone do what it does then; answers how many it fetched. */
async function report(upload: OpenUpload, ...indexes: readonly number[]): Promise<number> {
  await author.report(upload, indexes);
  await phone.settle();
  return phone.takeMoved().fetched;
}

async function syncAndCount(): Promise<number> {
  expect(await phone.sync()).toMatchObject(RESTED);
  return phone.takeMoved().fetched;
}

test('after the commit only that is fetched which had not been reported before it, and nothing is seen earlier', async () => {
  const upload = await author.open(PARTS);
  expect(await report(upload, 0, 1, 2)).toBe(3);
  expect(await report(upload, 5, 3)).toBe(2);
  expect(phone.files.paths()).toEqual([]);
  expect(await syncAndCount()).toBe(0);
  expect(phone.files.paths()).toEqual([]);
  author.send(upload);
  await author.commit(upload, { name: 'film.mkv' });
  expect(await syncAndCount()).toBe(3);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
  expect(phone.files.stagedKeys()).toEqual([]);
});

test('a file whose chunks have all come is there without a byte after its commit', async () => {
  const upload = await author.open(PARTS);
  expect(await report(upload, ...PARTS.keys())).toBe(PARTS.length);
  await author.commit(upload, { name: 'film.mkv' });
  expect(await syncAndCount()).toBe(0);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
});

test('of the next revision of a file only chunks come ahead that are not on the disk', async () => {
  const node = await author.put({ name: 'disk.img' }, PARTS);
  await syncAndCount();
  const upload = await author.open(['one ', 'TWO ', ...PARTS.slice(2)]);
  expect(await report(upload, 1)).toBe(1);
  await author.commit(upload, { node });
  expect(await syncAndCount()).toBe(0);
  expect(phone.files.text('disk.img')).toBe(WHOLE.replace('two', 'TWO'));
});

test('an upload that is given up leaves nothing behind', async () => {
  const upload = await author.open(PARTS);
  await report(upload, 0, 1);
  expect(phone.files.stagedKeys()).toHaveLength(1);
  phone.clock.advance(AHEAD_SILENCE_MS - 1);
  await report(upload, 2);
  phone.clock.advance(AHEAD_SILENCE_MS - 1);
  await phone.settle();
  expect(phone.files.stagedKeys()).toHaveLength(1);
  phone.clock.advance(1);
  await phone.settle();
  expect([phone.files.stagedKeys(), phone.ahead.incoming(), phone.files.paths()]).toEqual([[], [], []]);
  expect(await report(upload, 3)).toBe(0);
});

test('whoever loses access in the middle gets nothing more, and keeps nothing of it', async () => {
  const { namespaceId } = await join(service, 'ada', 'desk');
  const bob = await join(service, 'bob', 'laptop');
  const setRole = (role: 'viewer' | undefined): void =>
    service.stores.namespaces.setRole({ namespaceId, accountId: bob.accountId, role });
  setRole('viewer');
  const laptop = new FetchingDevice(service, { ...bob, namespaceId });
  await laptop.connect();
  const upload = await author.open(PARTS);
  await author.report(upload, [0, 1]);
  await laptop.settle();
  expect(laptop.takeMoved().fetched).toBe(2);
  setRole(undefined);
  await author.report(upload, [2, 3]);
  // A push that was on its way when the membership ended.
  const { uploadId } = upload;
  const push = {
    type: 'progress',
    namespaceId,
    uploadId,
    deviceId: bob.deviceId,
    storedBytes: 9,
    totalBytes: 40,
  } as const;
  laptop.ahead.hear(push);
  await laptop.settle();
  expect(laptop.takeMoved().fetched).toBe(0);
  expect(laptop.files.stagedKeys()).toEqual([]);
  await laptop.ahead.close();
});

test('while nothing is welcome nothing is fetched, and a later report goes on', async () => {
  const upload = await author.open(PARTS);
  phone.isWelcome = false;
  expect(await report(upload, 0, 1)).toBe(0);
  expect(phone.files.stagedKeys()).toEqual([]);
  phone.isWelcome = true;
  expect(await report(upload, 2)).toBe(3);
  phone.isWelcome = false;
  expect(await report(upload, 3)).toBe(0);
});

test('a disk without room for it is left alone', async () => {
  phone.freeBytes = AHEAD_ROOM_BYTES_MIN + WHOLE.length - 1;
  const upload = await author.open(PARTS);
  expect(await report(upload, 0, 1)).toBe(0);
  expect(phone.files.stagedKeys()).toEqual([]);
  await author.report(upload);
  await author.commit(upload, { name: 'film.mkv' });
  expect(await syncAndCount()).toBe(PARTS.length);
});

test('a download that runs goes first', async () => {
  const upload = await author.open(PARTS);
  const { promise, resolve } = Promise.withResolvers<void>();
  const download = phone.ahead.yieldTo(() => promise);
  expect(await report(upload, 0, 1)).toBe(0);
  resolve();
  await download;
  await phone.settle();
  expect(phone.takeMoved().fetched).toBe(2);
});

test('a process that was killed in the middle resumes, chunk by chunk, by what the bytes hash to', async () => {
  const upload = await author.open(PARTS);
  await report(upload, 0, 1, 2, 3);
  phone = await phone.restart();
  expect(await report(upload, 4)).toBe(1);
  await author.report(upload);
  await phone.settle();
  phone = await phone.restart();
  // This process has heard of no upload, only of the commit. One chunk was damaged meanwhile.
  const [key = ''] = phone.files.stagedKeys();
  await damage(key, 4);
  await author.commit(upload, { name: 'film.mkv' });
  expect(await syncAndCount()).toBe(1);
  expect(phone.files.text('film.mkv')).toBe(WHOLE);
  expect(phone.files.stagedKeys()).toEqual([]);
});

async function damage(key: string, offset: number): Promise<void> {
  const staged = await phone.files.stage({ key, size: WHOLE.length });
  await staged.write(offset, Buffer.from('?'));
  await staged.close();
}

test('a copy of what came ahead takes nothing from the first one that it has not verified', async () => {
  const upload = await author.open(PARTS);
  await report(upload, ...PARTS.keys());
  const first = await author.commit(upload, { name: 'a.mkv' });
  const { namespaceId } = await join(service, 'ada', 'desk');
  const from = { namespaceId, nodeId: first.nodeId };
  await author.apply({ type: 'copy', from, parentId: first.parentId, name: 'b.mkv' });
  expect(await phone.sync()).toMatchObject(RESTED);
  expect([phone.files.text('a.mkv'), phone.files.text('b.mkv')]).toEqual([WHOLE, WHOLE]);
});

test('what this process has verified is not read again, and nothing else is believed', async () => {
  const upload = await author.open(PARTS);
  await report(upload, ...PARTS.keys());
  let reads = 0;
  const stage = phone.files.stage.bind(phone.files);
  phone.files.stage = async (content) => {
    const staged = await stage(content);
    const readSync = staged.readSync.bind(staged);
    return Object.assign(staged, {
      readSync: (range: Parameters<typeof readSync>[0]) => {
        reads += 1;
        return readSync(range);
      },
    });
  };
  const node = await author.commit(upload, { name: 'film.mkv' });
  expect([await syncAndCount(), reads]).toEqual([0, 0]);
  const next = await author.open(['new ', ...PARTS]);
  await report(next, 0);
  const changed = await author.commit(next, { node });
  // Something stands under the very key of the download, so what came ahead is not taken over.
  const other = await stage({ key: `${node.nodeId}-${changed.contentHash}`, size: WHOLE.length + 4 });
  await other.write(0, Buffer.from('old '));
  await other.close();
  expect(await syncAndCount()).toBe(1);
  expect(phone.files.text('film.mkv')).toBe(`new ${WHOLE}`);
});

test('of a content that was downloaded already nothing comes ahead, whoever sends it again', async () => {
  await author.put({ name: 'film.mkv' }, PARTS);
  await syncAndCount();
  const { uploadId } = await author.open(PARTS);
  const { namespaceId, deviceId } = await join(service, 'ada', 'desk');
  phone.ahead.hear({ type: 'progress', namespaceId, uploadId, deviceId, storedBytes: 8, totalBytes: 40 });
  await phone.settle();
  expect([phone.files.stagedKeys(), phone.takeMoved().fetched]).toEqual([[], 0]);
});

test('an upload that has expired is given up', async () => {
  const upload = await author.open(PARTS);
  await report(upload, 0);
  service.stores.clock.advance(UPLOAD_SESSION_MS + 1000);
  const { namespaceId, deviceId } = await join(service, 'ada', 'desk');
  const { uploadId } = upload;
  phone.ahead.hear({ type: 'progress', namespaceId, uploadId, deviceId, storedBytes: 8, totalBytes: 40 });
  await phone.settle();
  expect(phone.files.stagedKeys()).toEqual([]);
});

type Doing =
  | { readonly type: 'open'; readonly parts: readonly number[] }
  | { readonly type: 'again'; readonly upload: number }
  | { readonly type: 'report'; readonly upload: number; readonly indexes: readonly number[] }
  | { readonly type: 'commit'; readonly upload: number; readonly file: number }
  | { readonly type: 'sync' | 'kill' | 'silence' | 'settle' }
  | { readonly type: 'rot' | 'edit'; readonly at: number };

const aDoing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('open'), parts: fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('again'), upload: fc.nat(9) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('report'), upload: fc.nat(9), indexes: fc.array(fc.nat(7)) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('commit'), upload: fc.nat(9), file: fc.nat(3) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom('sync', 'sync', 'kill', 'silence', 'settle') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('rot', 'edit'), at: fc.nat(30) }) },
);

/** What a history has made so far. */
interface Story {
  readonly uploads: OpenUpload[];
  readonly files: Map<string, Node>;
  /** What each file of the service is to hold. */
  readonly texts: Map<string, string>;
}

async function perform(doing: Doing, story: Story): Promise<void> {
  switch (doing.type) {
    case 'open':
      story.uploads.push(await author.open(doing.parts.map((part) => `part ${part}\n`)));
      return;
    case 'again': {
      const upload = story.uploads[doing.upload % Math.max(1, story.uploads.length)];
      if (upload !== undefined) story.uploads.push(await author.open(upload.parts));
      return;
    }
    case 'report': {
      const upload = story.uploads[doing.upload % Math.max(1, story.uploads.length)];
      const indexes = doing.indexes.filter((index) => index < (upload?.parts.length ?? 0));
      if (upload !== undefined && indexes.length > 0) await author.report(upload, indexes);
      return;
    }
    case 'commit':
      return commitOne(doing, story);
    case 'sync':
      expect(await phone.sync()).toMatchObject(RESTED);
      return;
    case 'kill':
      phone = await phone.restart();
      return;
    case 'silence':
      phone.clock.advance(AHEAD_SILENCE_MS);
      return phone.settle();
    case 'settle':
      return phone.settle();
    case 'edit':
      phone.files.write('only here', `edited ${doing.at}`);
      return;
    case 'rot':
      return rotOne(doing.at);
  }
}

async function commitOne(
  { upload: at, file }: { readonly upload: number; readonly file: number },
  story: Story,
): Promise<void> {
  const [upload] = story.uploads.splice(at % Math.max(1, story.uploads.length), 1);
  if (upload === undefined) return;
  author.send(upload);
  await author.report(upload);
  const name = `file ${file}`;
  const node = story.files.get(name);
  const others = await service.invoke('listTree', { query: {} }, await join(service, 'ada', 'desk'));
  const present = others.ok ? others.value.nodes.find(({ nodeId }) => nodeId === node?.nodeId) : undefined;
  story.files.set(name, await author.commit(upload, present === undefined ? { name } : { node: present }));
  story.texts.set(name, upload.parts.join(''));
}

/** A byte of a staging that no process has open is another one than it was. */
async function rotOne(at: number): Promise<void> {
  phone = await phone.restart();
  const [key] = phone.files.stagedKeys();
  if (key === undefined) return;
  const staged = await phone.files.stage({ key, size: at + 10 });
  await staged.write(at, Buffer.from('#'));
  await staged.close();
}

test('however uploads, commits, kills, silence and rot follow each other, every byte arrives and nothing earlier', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aDoing, { minLength: 6, maxLength: 40 }), async (history) => {
      await start();
      const story: Story = { uploads: [], files: new Map(), texts: new Map() };
      for (const doing of history) {
        await perform(doing, story);
        const known = new Set([...story.texts.keys(), 'only here']);
        for (const path of phone.files.paths()) expect(known.has(path)).toBe(true);
      }
      await phone.settle();
      expect(await phone.sync()).toMatchObject(RESTED);
      for (const [name, text] of story.texts) expect(phone.files.text(name)).toBe(text);
      phone.clock.advance(AHEAD_SILENCE_MS);
      await phone.settle();
      // What a process that was killed has left is removed when old stagings are looked through.
      const wasKilled = history.some(({ type }) => type === 'kill' || type === 'rot');
      const left = phone.files.stagedKeys().filter((key) => !story.uploads.some((upload) => key === keyOf(upload)));
      expect(wasKilled ? [] : left).toEqual([]);
      await phone.ahead.close();
    }),
    { numRuns: propertyCases(60) },
  );
});

/** The key under which what comes of an upload is staged. */
function keyOf({ parts }: OpenUpload): string {
  const packed = Buffer.concat(
    parts.map((part) => {
      const entry = Buffer.alloc(36);
      entry.write(sha256Hex(part), 'hex');
      entry.writeUInt32BE(Buffer.byteLength(part), 32);
      return entry;
    }),
  );
  return `ahead-${sha256Hex(packed)}`;
}
