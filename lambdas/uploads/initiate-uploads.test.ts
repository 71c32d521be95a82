import { expect, test } from '@jest/globals';
import {
  CHUNK_PIN_MS,
  ChunkHash,
  type ChunkRef,
  epochMs,
  FILE_CHUNKS_MAX,
  UPLOAD_ANSWER_CHUNKS_MAX,
  type UploadFile,
  type UploadId,
} from '@syncline/protocol';
import {
  chunkOf,
  fileOf,
  fileOfChunks,
  join,
  type Member,
  putChunk,
  sha256Hex,
  textBytes,
} from '../../test/support/in-memory-member.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { manifestDomain } from '../chunks/dedup-domain.ts';
import { manifestObjectKey } from '../chunks/object-store.ts';
import { ANSWER_CHUNKS_MAX } from './limits.ts';

const HELLO = textBytes('hello');
const WORLD = textBytes('world');

async function initiate(service: InMemoryService, member: Member, files: UploadFile[]) {
  const answer = await service.invoke('initiateUploads', { body: { files } }, member);
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.problem)}`);
  return answer.value.uploads;
}

async function refusal(service: InMemoryService, member: Member, files: UploadFile[]) {
  const answer = await service.invoke('initiateUploads', { body: { files } }, member);
  if (answer.ok) throw new Error('was not refused');
  return answer.problem;
}

/** Uploads a file for good, so that the member holds its chunks. */
async function upload(service: InMemoryService, member: Member, contents: Uint8Array[]): Promise<UploadId> {
  const [opened] = await initiate(service, member, [fileOf(member.namespaceId, contents)]);
  if (opened === undefined) throw new Error('nothing was opened');
  for (const chunk of opened.missing) {
    const bytes = contents.find((each) => chunkOf(each).hash === chunk.hash);
    expect(putChunk(service, chunk, bytes ?? new Uint8Array())).toBe(200);
  }
  const body = { stored: opened.missing.map(({ hash }) => hash) };
  await service.invoke('checkChunks', { parameters: { uploadId: opened.uploadId }, body }, member);
  return opened.uploadId;
}

async function session(service: InMemoryService, uploadId: UploadId) {
  const found = (await service.stores.uploads.get([uploadId])).get(uploadId);
  if (found === undefined) throw new Error('there is no such session');
  return found;
}

test('chunks that nobody stored are missing, each with a PUT that the bucket accepts', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const [opened] = await initiate(service, alice, [fileOf(alice.namespaceId, [HELLO, WORLD])]);
  expect(opened?.missing.map(({ hash }) => hash)).toEqual([chunkOf(HELLO).hash, chunkOf(WORLD).hash]);
  expect(opened).toMatchObject({ prove: [], more: false });
  const [first, second] = opened?.missing ?? [];
  if (first === undefined || second === undefined) throw new Error('two chunks are missing');
  expect(putChunk(service, first, HELLO)).toBe(200);
  expect(putChunk(service, second, HELLO)).toBe(400);
  expect(putChunk(service, second, textBytes('worlds'))).toBe(403);
});

test('an empty file has a session, and nothing to send', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const [opened] = await initiate(service, alice, [fileOf(alice.namespaceId, [])]);
  expect(opened).toMatchObject({ missing: [], prove: [], more: false });
});

test('a chunk that the account holds is confirmed and pinned, and is not asked for', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  await upload(service, alice, [HELLO]);
  service.stores.clock.advance(CHUNK_PIN_MS);
  const file = fileOf(alice.namespaceId, [WORLD, HELLO, HELLO]);
  const [opened] = await initiate(service, alice, [file]);
  expect(opened?.missing.map(({ hash }) => hash)).toEqual([chunkOf(WORLD).hash]);
  expect(opened?.prove).toEqual([]);
  expect([...(await session(service, opened?.uploadId as UploadId)).confirmed]).toEqual([0b0110_0000]);
  const record = (await service.stores.chunks.locate('shared', [chunkOf(HELLO).hash])).get(chunkOf(HELLO).hash);
  expect(record?.pinnedUntil).toBe(service.stores.clock.now() + CHUNK_PIN_MS);
});

test('a held chunk that the sweep has taken before it could be pinned is missing', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  await upload(service, alice, [HELLO]);
  const { chunks } = service.stores;
  const pin = chunks.pin.bind(chunks);
  chunks.pin = async (pins) => {
    chunks.sweep('shared', chunkOf(HELLO).hash, 'deleted');
    return pin(pins);
  };
  const [opened] = await initiate(service, alice, [fileOf(alice.namespaceId, [HELLO])]);
  expect(opened?.missing.map(({ hash }) => hash)).toEqual([chunkOf(HELLO).hash]);
  expect([...(await session(service, opened?.uploadId as UploadId)).confirmed]).toEqual([0]);
});

test('a chunk that only others hold is to prove, under another challenge in every session', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  await upload(service, alice, [HELLO]);
  const file = fileOf(bob.namespaceId, [HELLO]);
  const [first, second] = await initiate(service, bob, [file, file]);
  expect(first).toMatchObject({ missing: [], prove: [{ hash: chunkOf(HELLO).hash }] });
  expect(second?.prove[0]?.challenge).not.toBe(first?.prove[0]?.challenge);
  expect([...(await session(service, first?.uploadId as UploadId)).confirmed]).toEqual([0]);
});

test('in the dedup scope "account" a chunk of another account looks like one that nobody stored', async () => {
  const service = new InMemoryService({ dedupScope: 'account' });
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  await upload(service, alice, [HELLO]);
  const [opened] = await initiate(service, bob, [fileOf(bob.namespaceId, [HELLO])]);
  expect(opened).toMatchObject({ prove: [], missing: [{ hash: chunkOf(HELLO).hash }] });
  const [missing] = opened?.missing ?? [];
  if (missing === undefined) throw new Error('the chunk is missing');
  expect(putChunk(service, missing, HELLO)).toBe(200);
});

test('a long manifest is an object of the bucket, a short one lies in the session', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const long = fileOfChunks(alice.namespaceId, manyChunks(65));
  const short = fileOfChunks(alice.namespaceId, manyChunks(64));
  const [first, second] = await initiate(service, alice, [long, short]);
  expect((await session(service, first?.uploadId as UploadId)).manifest).toBeUndefined();
  expect((await session(service, second?.uploadId as UploadId)).manifest?.length).toBe(64 * 36);
  expect(await service.stores.objects.head(manifestObjectKey('shared', long.contentHash))).toMatchObject({
    size: 65 * 36,
    sha256: long.contentHash,
  });
});

test('a long manifest whose object goes while it is written is not recorded as stored: the client is told to try again', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const long = fileOfChunks(alice.namespaceId, manyChunks(65));
  const { objects, chunks } = service.stores;
  const write = objects.write.bind(objects);
  objects.write = async (object) => {
    await write(object);
    objects.sweep(object.key);
  };
  expect(await refusal(service, alice, [long])).toMatchObject({ code: 'unavailable' });
  const hash = ChunkHash.parse(long.contentHash);
  expect((await chunks.locate(manifestDomain('shared'), [hash])).size).toBe(0);
  objects.write = write;
  expect(await initiate(service, alice, [long])).toHaveLength(1);
  expect((await chunks.locate(manifestDomain('shared'), [hash])).size).toBe(1);
});

test('an answer names a bounded number of chunks, of one upload and in all, and says that there are more', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const files = Array.from({ length: 6 }, (_, file) => fileOfChunks(alice.namespaceId, manyChunks(600, `${file}`)));
  const uploads = await initiate(service, alice, files);
  expect(uploads.map(({ missing }) => missing.length)).toEqual([500, 500, 500, 500, 0, 0]);
  expect(UPLOAD_ANSWER_CHUNKS_MAX * 4).toBe(ANSWER_CHUNKS_MAX);
  expect(uploads.every(({ more }) => more)).toBe(true);
});

test('the largest file of all can be begun', async () => {
  const service = new InMemoryService({ quotaBytes: 100_000_000_000 });
  const alice = await join(service, 'alice');
  const [opened] = await initiate(service, alice, [fileOfChunks(alice.namespaceId, manyChunks(FILE_CHUNKS_MAX))]);
  expect(opened?.more).toBe(true);
  expect((await session(service, opened?.uploadId as UploadId)).chunkCount).toBe(FILE_CHUNKS_MAX);
});

test('sums and names that do not fit are refused, every one by its place, and no session is opened', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const good = fileOf(alice.namespaceId, [HELLO]);
  const wrongSum = { ...good, size: 6 };
  const wrongName = { ...good, contentHash: sha256Hex('another content') as UploadFile['contentHash'] };
  const twoLengths = fileOfChunks(alice.namespaceId, [chunkOf(HELLO), { ...chunkOf(HELLO), size: 4 }]);
  const problem = await refusal(service, alice, [good, wrongSum, wrongName, twoLengths]);
  expect(problem.code).toBe('invalid_request');
  expect(problem.details?.fields?.map(({ path }) => path)).toEqual([
    'body.files.1.size',
    'body.files.2.contentHash',
    'body.files.3.chunks.1.size',
  ]);
  expect(service.stores.telemetry.counts.get('uploadsOpened')).toBeUndefined();
});

test('more chunks than one request may name are refused with the limit', async () => {
  const service = new InMemoryService({ quotaBytes: 100_000_000_000 });
  const alice = await join(service, 'alice');
  const full = fileOfChunks(alice.namespaceId, manyChunks(FILE_CHUNKS_MAX));
  const problem = await refusal(service, alice, [full, fileOf(alice.namespaceId, [HELLO])]);
  expect(problem).toMatchObject({ code: 'too_large', details: { limit: 'UPLOAD_CHUNKS_MAX', max: FILE_CHUNKS_MAX } });
});

test('a namespace of somebody else is refused like one that does not exist', async () => {
  const service = new InMemoryService();
  const [alice, bob] = [await join(service, 'alice'), await join(service, 'bob')];
  const foreign = await refusal(service, bob, [fileOf(alice.namespaceId, [HELLO])]);
  const absent = await refusal(service, bob, [fileOf('00000000000000000000000000' as Member['namespaceId'], [HELLO])]);
  expect(foreign.code).toBe('not_found');
  expect(absent).toEqual(foreign);
});

test('a viewer may not begin an upload', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const { namespaces } = service.stores;
  const readAccess = namespaces.readAccess.bind(namespaces);
  namespaces.readAccess = async (key) => {
    const access = await readAccess(key);
    return access === undefined ? undefined : { ...access, role: 'viewer' };
  };
  expect((await refusal(service, alice, [fileOf(alice.namespaceId, [HELLO])])).code).toBe('forbidden');
});

test('files that do not fit into the quota together are refused before a byte is sent', async () => {
  const service = new InMemoryService({ quotaBytes: 9 });
  const alice = await join(service, 'alice');
  const problem = await refusal(service, alice, [
    fileOf(alice.namespaceId, [HELLO]),
    fileOf(alice.namespaceId, [WORLD]),
  ]);
  expect(problem).toMatchObject({ code: 'quota_exceeded', details: { usedBytes: 0, quotaBytes: 9 } });
  await initiate(service, alice, [fileOf(alice.namespaceId, [HELLO])]);
});

test('a manifest that makes a stored chunk shorter than it is gets it neither held nor missing', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  await upload(service, alice, [HELLO]);
  const [opened] = await initiate(service, alice, [fileOfChunks(alice.namespaceId, [{ ...chunkOf(HELLO), size: 1 }])]);
  expect(opened).toMatchObject({ missing: [], prove: [{ hash: chunkOf(HELLO).hash }] });
  expect([...(await session(service, opened?.uploadId as UploadId)).confirmed]).toEqual([0]);
});

test('a session expires after a day', async () => {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const begunAt = service.stores.clock.now();
  const [opened] = await initiate(service, alice, [fileOf(alice.namespaceId, [HELLO])]);
  expect(opened?.expiresAt).toBe(new Date(epochMs(begunAt + 86_400_000)).toISOString());
});

function manyChunks(count: number, salt = ''): ChunkRef[] {
  return Array.from({ length: count }, (_, index) => ({ ...chunkOf(textBytes(`${salt}/${index}`)), size: 3 }));
}
