import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FIXED_CHUNK_BYTES, MINUTE_MS, MiB, NamespaceId, UploadId } from '@syncline/protocol';
import { bytesOfChunks } from '../../test/bytes-of-chunks.ts';
import { type Fault, type LoopbackRequest, problem, sha256 } from '../../test/loopback-service.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { FILE_UNCONFIRMED_CHUNKS_MAX } from './limits.ts';
import { TransferGate } from './transfer-gate.ts';
import { type UploadSource, uploadFiles } from './upload-files.ts';

const namespaceId = NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV');
let world: LoopbackWorld;

beforeEach(async () => {
  world = await openLoopbackWorld();
});
afterEach(() => world.close());

function sourceOf(bytes: Uint8Array): UploadSource & { reads: number } {
  return {
    namespaceId,
    size: bytes.length,
    reads: 0,
    async read({ start, end }) {
      this.reads += 1;
      return bytes.subarray(start, end);
    },
  };
}

/** The same world with a single transfer at once, so that the order is known. */
function oneAtATime(): LoopbackWorld {
  return { ...world, gate: new TransferGate({ tasksMax: 1, bytesMax: 16 * MiB }) };
}

/** The fault for the first requests that match, once each. */
function faultOnce(match: (request: LoopbackRequest) => boolean, ...faults: Fault[]): void {
  world.service.fault = (request) => (match(request) ? faults.shift() : undefined);
}
const isPut = (request: LoopbackRequest): boolean => request.method === 'PUT';
const countOf = (call: string): number => world.service.calls().filter((made) => made === call).length;

test('a hundred small files cost one initiation and one PUT each, and each is read once', async () => {
  const sources = Array.from({ length: 100 }, (_, index) => sourceOf(Buffer.from(`file ${index}`)));
  const outcomes = await uploadFiles(world, sources);
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(sources.map(() => 'uploaded'));
  expect(countOf('POST /v1/uploads')).toBe(1);
  expect(world.service.requests).toHaveLength(101);
  expect(sources.every((source) => source.reads === 1)).toBe(true);
  expect(outcomes[7]).toMatchObject({ size: 6, unconfirmed: 1, chunks: [{ hash: sha256(Buffer.from('file 7')) }] });
});

test('chunks are read into memory that is used again, and never while another one is sent from it', async () => {
  const bytes = bytesOfChunks(30);
  const memories = new Set<ArrayBufferLike>();
  let reads = 0;
  const read: UploadSource['read'] = async ({ start, end, into }) => {
    if (into === undefined) return bytes.subarray(start, end);
    memories.add(into.buffer);
    reads += 1;
    into.set(bytes.subarray(start, end));
    return into.subarray(0, end - start);
  };
  const [outcome] = await uploadFiles(world, [{ namespaceId, size: bytes.length, read }]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  expect([reads, countOf('PUT /store/{hash}')]).toEqual([30, 30]);
  expect(memories.size).toBeLessThan(30);
});

test('memory from which a chunk was sent twice is not used again: the first connection may still send from it', async () => {
  faultOnce(isPut, { status: 503 });
  const bytes = bytesOfChunks(6);
  const memories: ArrayBufferLike[] = [];
  const read: UploadSource['read'] = async ({ start, end, into }) => {
    if (into === undefined) return bytes.subarray(start, end);
    memories.push(into.buffer);
    into.set(bytes.subarray(start, end));
    return into.subarray(0, end - start);
  };
  const [outcome] = await uploadFiles(oneAtATime(), [{ namespaceId, size: bytes.length, read }]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  const [first, ...others] = memories;
  expect(others).toHaveLength(5);
  expect(others.filter((memory) => memory === first).length).toBe(0);
});

test('an empty file needs no PUT and is named by the hash of nothing', async () => {
  const [outcome] = await uploadFiles(world, [sourceOf(Buffer.alloc(0))]);
  expect(outcome).toMatchObject({ kind: 'uploaded', chunks: [], unconfirmed: 0, contentHash: sha256(Buffer.alloc(0)) });
  expect(countOf('PUT /store/{hash}')).toBe(0);
});

test('equal chunks, in one file and in several, are sent once', async () => {
  const zeros = Buffer.alloc(3 * FIXED_CHUNK_BYTES);
  const outcomes = await uploadFiles(world, [sourceOf(zeros), sourceOf(zeros.subarray(0, FIXED_CHUNK_BYTES))]);
  expect(outcomes).toMatchObject([
    { kind: 'uploaded', unconfirmed: 1 },
    { kind: 'uploaded', unconfirmed: 1 },
  ]);
  expect(countOf('PUT /store/{hash}')).toBe(1);
});

test('chunks that the account holds are not sent, and count as stored in the progress', async () => {
  const bytes = bytesOfChunks(2, 1);
  world.service.held.add(world.service.plant(bytes.subarray(0, FIXED_CHUNK_BYTES)).hash);
  const seen: number[] = [];
  await uploadFiles(world, [sourceOf(bytes)], { onProgress: ({ storedBytes }) => seen.push(storedBytes) });
  expect(countOf('PUT /store/{hash}')).toBe(2);
  expect(seen[0]).toBe(FIXED_CHUNK_BYTES);
  expect(seen.at(-1)).toBe(bytes.length);
});

test('a challenged chunk is proved and not sent', async () => {
  const bytes = bytesOfChunks(1, 10);
  world.service.plant(bytes.subarray(0, FIXED_CHUNK_BYTES));
  world.service.plant(bytes.subarray(FIXED_CHUNK_BYTES));
  const [outcome] = await uploadFiles(world, [sourceOf(bytes)]);
  expect(outcome).toMatchObject({ kind: 'uploaded', unconfirmed: 0 });
  expect(countOf('PUT /store/{hash}')).toBe(0);
  expect(countOf('POST /v1/uploads/{id}/chunks')).toBe(1);
});

test('a chunk that somebody else stored in the meantime is proved', async () => {
  const bytes = randomBytes(1000);
  world.service.fault = (request) => {
    if (!isPut(request)) return undefined;
    world.service.foreign.add(world.service.plant(bytes).hash);
    return undefined;
  };
  const [outcome] = await uploadFiles(world, [sourceOf(bytes)]);
  expect(outcome).toMatchObject({ kind: 'uploaded', unconfirmed: 0 });
  expect(world.service.held.has(sha256(bytes))).toBe(true);
});

test.each<[string, Fault]>([
  ['is throttled', { status: 503 }],
  ['is slowed down', { status: 429, headers: { 'retry-after': '3' } }],
  ['meets another writer', { status: 409 }],
  ['loses its connection', 'cut'],
  ['loses its answer', 'cut-after'],
  ['has an expired URL', { status: 403 }],
  ['is damaged on the way', { status: 400 }],
])('a PUT that %s is made good', async (_, fault) => {
  faultOnce(isPut, fault);
  const bytes = randomBytes(5000);
  const [outcome] = await uploadFiles(world, [sourceOf(bytes)]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  expect(world.service.stored.get(sha256(bytes))).toEqual(bytes);
  expect(world.service.requests.length).toBeGreaterThan(2);
});

test('Retry-After of the store is the least pause', async () => {
  faultOnce(isPut, { status: 429, headers: { 'retry-after': '3' } });
  await uploadFiles(world, [sourceOf(Buffer.from('a'))]);
  expect(world.pauses[0]).toBeGreaterThanOrEqual(3000);
});

test('a URL that is older than its life is asked for again, not tried', async () => {
  const whole = sourceOf(bytesOfChunks(2));
  const source: UploadSource = {
    ...whole,
    async read(range) {
      // Reading the first chunk for sending takes a quarter of an hour: the second one's URL is too old then.
      if (countOf('POST /v1/uploads') > 0) world.time.nowMs += 15 * MINUTE_MS;
      return whole.read(range);
    },
  };
  const [outcome] = await uploadFiles(oneAtATime(), [source]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  expect(countOf('PUT /store/{hash}')).toBe(2);
  expect(countOf('POST /v1/uploads/{id}/chunks')).toBe(1);
});

test('a store that keeps failing ends the call as unavailable, in bounded time', async () => {
  world.service.fault = (request) => (isPut(request) ? { status: 503 } : undefined);
  await expect(uploadFiles(world, [sourceOf(Buffer.from('a'))])).rejects.toBeInstanceOf(UnavailableError);
  expect(countOf('PUT /store/{hash}')).toBe(7);
});

test('a store that refuses every URL ends the call as unavailable, in bounded time', async () => {
  world.service.fault = (request) => (isPut(request) ? { status: 403 } : undefined);
  await expect(uploadFiles(world, [sourceOf(Buffer.from('a'))])).rejects.toBeInstanceOf(UnavailableError);
  expect(world.service.requests.length).toBeLessThan(20);
});

test('a file that changes between hashing and sending is told as changed, and nothing wrong is stored', async () => {
  let bytes = bytesOfChunks(2);
  world.service.fault = (request) => {
    if (request.url === '/v1/uploads') bytes = randomBytes(bytes.length);
    return undefined;
  };
  const source: UploadSource = {
    namespaceId,
    size: bytes.length,
    read: async ({ start, end }) => bytes.subarray(start, end),
  };
  const [outcome, other] = await uploadFiles(world, [source, sourceOf(Buffer.from('other'))]);
  expect(outcome).toEqual({ kind: 'changed' });
  expect(other).toMatchObject({ kind: 'uploaded' });
  expect([...world.service.stored.keys()]).toEqual([sha256(Buffer.from('other'))]);
});

test('a file that is shorter than it was is told as changed; one that cannot be read as unreadable', async () => {
  const short: UploadSource = { namespaceId, size: 10, read: async () => Buffer.from('five!') };
  const failure = new Error('EIO');
  const broken: UploadSource = { namespaceId, size: 10, read: () => Promise.reject(failure) };
  const outcomes = await uploadFiles(world, [short, broken, sourceOf(Buffer.from('good'))]);
  expect(outcomes).toMatchObject([{ kind: 'changed' }, { kind: 'unreadable', cause: failure }, { kind: 'uploaded' }]);
});

test('files that can be read at once are read so, in the same order and with the same outcomes', async () => {
  const failure = new Error('EIO');
  const texts = ['first', 'second', 'third', '', 'fifth'];
  const sources = texts.map((text): UploadSource & { reads: number } => sourceOf(Buffer.from(text)));
  const now: readonly (() => Uint8Array | undefined)[] = [
    () => Buffer.from('first'),
    () => undefined,
    () => Buffer.from('thi'),
    () => new Uint8Array(0),
    () => {
      throw failure;
    },
  ];
  const outcomes = await uploadFiles(
    world,
    sources.map((source, index) => ({ ...source, read: (wanted) => source.read(wanted), readNow: now[index] })),
  );
  expect(outcomes).toMatchObject([
    { kind: 'uploaded', chunks: [{ hash: sha256(Buffer.from('first')), size: 5 }] },
    { kind: 'uploaded', chunks: [{ hash: sha256(Buffer.from('second')), size: 6 }] },
    { kind: 'changed' },
    { kind: 'uploaded', chunks: [], contentHash: sha256(Buffer.from('')) },
    { kind: 'unreadable', cause: failure },
  ]);
  expect(sources.map(({ reads }) => reads)).toEqual([0, 1, 0, 0, 0]);
});

test('a file that is found shorter at once costs no request', async () => {
  const short: UploadSource = { namespaceId, size: 10, read: async () => Buffer.from('five!') };
  expect(await uploadFiles(world, [short])).toEqual([{ kind: 'changed' }]);
  expect(world.service.requests).toEqual([]);
});

test.each(['sent', 'proved'])('a file that is cut short before it is %s is told as changed', async (doing) => {
  const bytes = bytesOfChunks(2);
  if (doing === 'proved') world.service.plant(bytes.subarray(0, FIXED_CHUNK_BYTES));
  const source: UploadSource = {
    namespaceId,
    size: bytes.length,
    read: async ({ start, end }) => bytes.subarray(start, countOf('POST /v1/uploads') > 0 ? end - 1 : end),
  };
  expect(await uploadFiles(world, [source])).toEqual([{ kind: 'changed' }]);
});

test('a file that changes before it is proved is told as changed', async () => {
  const bytes = bytesOfChunks(2);
  world.service.plant(bytes.subarray(0, FIXED_CHUNK_BYTES));
  world.service.plant(bytes.subarray(FIXED_CHUNK_BYTES));
  const source: UploadSource = {
    namespaceId,
    size: bytes.length,
    read: async ({ start, end }) =>
      countOf('POST /v1/uploads') > 0 ? randomBytes(end - start) : bytes.subarray(start, end),
  };
  expect(await uploadFiles(world, [source])).toEqual([{ kind: 'changed' }]);
  expect(countOf('POST /v1/uploads/{id}/chunks')).toBe(0);
});

test('a large file is asked for page by page, and confirmed while it goes', async () => {
  world.service.answerChunksMax = 7;
  const bytes = Buffer.alloc(30 * FIXED_CHUNK_BYTES);
  for (let chunk = 0; chunk < 30; chunk++) bytes.writeUInt32BE(chunk, chunk * FIXED_CHUNK_BYTES);
  world.service.plant(bytes.subarray(0, FIXED_CHUNK_BYTES));
  const [outcome] = await uploadFiles(world, [sourceOf(bytes)]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  expect(world.service.stored.size).toBe(30);
  expect(world.service.held.size).toBeGreaterThanOrEqual(22);
  expect(countOf('PUT /store/{hash}')).toBe(29);
});

test('a file of many chunks is reported as soon as the first one is stored, so that others learn of it', async () => {
  const bytes = bytesOfChunks(FILE_UNCONFIRMED_CHUNKS_MAX + 1);
  await uploadFiles(oneAtATime(), [sourceOf(bytes)]);
  const calls = world.service.calls().filter((call) => call !== 'POST /v1/uploads');
  const report = calls.findIndex((call) => call.startsWith('POST'));
  expect(calls[0]).toBe('PUT /store/{hash}');
  // While the report is on its way the next chunk goes.
  expect(report).toBeGreaterThan(0);
  expect(report).toBeLessThanOrEqual(2);
});

test.each([
  ['first', 0],
  ['fifth', 4],
])(
  'of a file whose %s chunk is held, what an earlier process stored and did not report is not sent again, on whatever page of the answers it stands',
  async (_which, place) => {
    const pageChunks = FILE_UNCONFIRMED_CHUNKS_MAX + 2;
    const chunks = 4 * pageChunks;
    world.service.answerChunksMax = pageChunks;
    const bytes = bytesOfChunks(chunks);
    await uploadFiles(world, [sourceOf(bytes)]);
    const held = sha256(bytes.subarray(place * FIXED_CHUNK_BYTES, (place + 1) * FIXED_CHUNK_BYTES));
    for (const hash of world.service.stored.keys()) if (hash !== held) world.service.unreported.add(hash);
    world.service.held.clear();
    world.service.held.add(held);
    world.service.requests.length = 0;
    const [outcome] = await uploadFiles(world, [sourceOf(bytes)]);
    expect(outcome).toMatchObject({ kind: 'uploaded' });
    expect(world.service.held.size).toBeGreaterThanOrEqual(chunks - FILE_UNCONFIRMED_CHUNKS_MAX);
    // The last few are not asked for: no more of them than a commit confirms.
    expect(countOf('PUT /store/{hash}')).toBeLessThanOrEqual(FILE_UNCONFIRMED_CHUNKS_MAX);
  },
);

test('an upload is resumed: only what is missing is sent', async () => {
  const bytes = bytesOfChunks(3);
  const sessions: UploadId[] = [];
  faultOnce(
    (request) => isPut(request) && world.service.stored.size === 2,
    ...Array.from({ length: 7 }, () => ({ status: 503 })),
  );
  const first = uploadFiles(oneAtATime(), [sourceOf(bytes)], { onSession: ({ uploadId }) => sessions.push(uploadId) });
  await expect(first).rejects.toBeInstanceOf(UnavailableError);
  const [uploadId] = sessions as [UploadId];
  for (const hash of world.service.stored.keys()) world.service.held.add(hash);
  world.service.requests.length = 0;
  const [outcome] = await uploadFiles(world, [{ ...sourceOf(bytes), resume: { uploadId } }]);
  expect(outcome).toMatchObject({ kind: 'uploaded', uploadId });
  expect(countOf('POST /v1/uploads')).toBe(0);
  expect(countOf('PUT /store/{hash}')).toBe(1);
});

test('an upload that has expired, or was for another content, is started over', async () => {
  const uploadId = UploadId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV');
  const [expired] = await uploadFiles(world, [{ ...sourceOf(Buffer.from('a')), resume: { uploadId } }]);
  expect(expired).toMatchObject({ kind: 'uploaded' });
  const other = expired?.kind === 'uploaded' ? expired.uploadId : uploadId;
  const [outcome] = await uploadFiles(world, [{ ...sourceOf(Buffer.from('b')), resume: { uploadId: other } }]);
  expect(outcome).toMatchObject({ kind: 'uploaded' });
  expect(outcome?.kind === 'uploaded' && outcome.uploadId).not.toBe(other);
});

test('when the quota has room for some of the files, these are stored and the others refused', async () => {
  faultOnce(
    (request) => request.url === '/v1/uploads',
    problem('quota_exceeded', { details: { quotaBytes: 100, usedBytes: 85 } }),
  );
  const outcomes = await uploadFiles(
    world,
    [10, 9, 1].map((size) => sourceOf(Buffer.alloc(size, size))),
  );
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['uploaded', 'refused', 'refused']);
  expect(countOf('POST /v1/uploads')).toBe(2);
});

test('when nobody tells how full the quota is, fewer and fewer files are tried, and what fits is stored', async () => {
  faultOnce((request) => request.url === '/v1/uploads', problem('quota_exceeded'));
  const outcomes = await uploadFiles(
    world,
    [10, 9, 1, 2].map((size) => sourceOf(Buffer.alloc(size, size))),
  );
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['uploaded', 'uploaded', 'refused', 'refused']);
});

test('an abort ends the call with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  world.service.fault = (request) => {
    if (isPut(request)) controller.abort(reason);
    return undefined;
  };
  const upload = uploadFiles(world, [sourceOf(bytesOfChunks(9))], { signal: controller.signal });
  await expect(upload).rejects.toBe(reason);
});
