import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ChunkRef, NamespaceId, NodeId, packManifest } from '@syncline/protocol';
import { type Fault, json, type LoopbackRequest, sha256 } from '../../test/loopback-service.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { type DownloadJob, downloadContent } from './download-content.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const source = { namespaceId: NamespaceId.parse(id), nodeId: NodeId.parse(id) };
let world: LoopbackWorld;

beforeEach(async () => {
  world = await openLoopbackWorld();
});
afterEach(() => world.close());

/** Publishes random content in chunks of the given sizes. */
function publish(sizes: readonly number[]): { readonly bytes: Buffer; readonly chunks: readonly ChunkRef[] } {
  const parts = sizes.map((size) => randomBytes(size));
  const chunks = parts.map((part) => world.service.plant(part));
  world.service.publish(id, chunks, sha256(packManifest(chunks)));
  return { bytes: Buffer.concat(parts), chunks };
}

async function download(length: number, options: Omit<DownloadJob, 'sink'> = {}) {
  const written = Buffer.alloc(length);
  const write = async (offset: number, bytes: Uint8Array): Promise<void> => {
    written.set(bytes, offset);
  };
  return { outcome: await downloadContent(world, source, { ...options, sink: { write } }), written };
}

function faultOnce(match: (request: LoopbackRequest) => boolean, ...faults: Fault[]): void {
  world.service.fault = (request) => (match(request) ? faults.shift() : undefined);
}
const isGet = (request: LoopbackRequest): boolean => request.url.startsWith('/store/');

test('content of several pages arrives whole, in one request per page and chunk', async () => {
  world.service.pageChunksMax = 2;
  const { bytes } = publish([100, 5, 300, 1, 77]);
  const seen: number[] = [];
  const { outcome, written } = await download(bytes.length, {
    onProgress: (progress) => seen.push(progress.storedBytes),
  });
  expect(outcome).toMatchObject({ kind: 'downloaded', rev: 3, size: bytes.length });
  expect(written).toEqual(bytes);
  expect(world.service.requests).toHaveLength(3 + 5);
  expect(seen.at(-1)).toBe(bytes.length);
});

test('an empty file is downloaded without a chunk', async () => {
  world.service.publish(id, [], sha256(Buffer.alloc(0)));
  expect((await download(0)).outcome).toMatchObject({ kind: 'downloaded', size: 0, chunks: [] });
});

test('chunks that the caller has are not fetched again', async () => {
  const { bytes } = publish([100, 200, 300]);
  const { outcome, written } = await download(bytes.length, {
    has: ({ index, offset }) => index === 1 && offset === 100,
  });
  expect(outcome.kind).toBe('downloaded');
  expect(written.subarray(100, 300)).toEqual(Buffer.alloc(200));
  expect(world.service.requests.filter(isGet)).toHaveLength(2);
});

test.each<[string, Fault]>([
  ['is throttled', { status: 503 }],
  ['loses its connection', 'cut'],
  ['brings wrong bytes', { damage: (body) => Buffer.from(body.map((byte) => byte ^ 1)) }],
  ['is cut short', { damage: (body) => body.subarray(1) }],
  ['is too long', { damage: (body) => Buffer.concat([body, Buffer.alloc(9 * 1024 * 1024)]) }],
])('a GET that %s is made good', async (_, fault) => {
  faultOnce(isGet, fault);
  const { bytes } = publish([1000]);
  const { outcome, written } = await download(bytes.length);
  expect(outcome.kind).toBe('downloaded');
  expect(written).toEqual(bytes);
});

test('expired URLs of a page are asked for again, once for all of them', async () => {
  const { bytes } = publish([10, 20, 30, 40]);
  world.service.fault = (request) => (request.url.endsWith('?n=1') && isGet(request) ? { status: 403 } : undefined);
  const { outcome, written } = await download(bytes.length);
  expect(outcome.kind).toBe('downloaded');
  expect(written).toEqual(bytes);
  expect(world.service.requests.filter((request) => request.url.includes('/content'))).toHaveLength(2);
});

test('a store that refuses every URL ends as unavailable, in bounded time', async () => {
  publish([10]);
  world.service.fault = (request) => (isGet(request) ? { status: 403 } : undefined);
  await expect(download(10)).rejects.toBeInstanceOf(UnavailableError);
  expect(world.service.requests.length).toBeLessThan(20);
});

test('bytes that never hash to their name are damage, and are never written', async () => {
  publish([10]);
  world.service.fault = (request) => (isGet(request) ? { damage: () => Buffer.alloc(10) } : undefined);
  const sink = { write: () => Promise.reject(new Error('written')) };
  expect(await downloadContent(world, source, { sink })).toMatchObject({ kind: 'damaged' });
});

test('a manifest that does not hash to the content is damage', async () => {
  const { chunks } = publish([10, 20]);
  world.service.publish(id, chunks.toReversed(), sha256(packManifest(chunks)));
  expect((await download(30)).outcome).toMatchObject({ kind: 'damaged' });
});

test('content that is another one after its URLs have expired is not mixed with the first', async () => {
  publish([10, 20]);
  world.service.fault = (request) => {
    if (!isGet(request) || !request.url.endsWith('?n=1')) return undefined;
    world.service.fault = () => undefined;
    publish([10, 20]);
    return { status: 403 };
  };
  expect((await download(30)).outcome).toMatchObject({ kind: 'damaged' });
});

test('a page of another content is not mixed with the first', async () => {
  world.service.pageChunksMax = 1;
  publish([10, 20]);
  world.service.fault = (request) => {
    if (request.url.includes('page=')) publish([10, 20]);
    return undefined;
  };
  const outcome = (await download(30)).outcome;
  expect(outcome).toEqual({ kind: 'damaged', detail: 'pages of two contents' });
});

test('a chunk in a pack is read by its range, and the whole pack is not taken for it', async () => {
  const pack = randomBytes(100);
  const inside = pack.subarray(10, 30);
  const packRef = world.service.plant(pack);
  const chunk = {
    hash: sha256(inside),
    size: 20,
    url: `${world.service.baseUrl}/store/${packRef.hash}`,
    range: [10, 29],
  };
  const contentHash = sha256(packManifest([{ hash: chunk.hash, size: 20 } as ChunkRef]));
  const page = {
    rev: 1,
    size: 20,
    contentHash,
    chunking: 'fixed-4m',
    chunks: [chunk],
    expiresAt: '2099-01-01T00:00:00.000Z',
  };
  let wholes = 2;
  world.service.fault = (request) => {
    if (request.url.includes('/content')) return { ...json(page), body: JSON.stringify(page) };
    wholes -= 1;
    return wholes > 0 ? { status: 200, body: inside.toString('latin1') } : undefined;
  };
  const { outcome, written } = await download(20);
  expect(outcome.kind).toBe('downloaded');
  expect(written).toEqual(inside);
});

test('what the service refuses is told as it is', async () => {
  expect((await download(0)).outcome).toMatchObject({ kind: 'refused', problem: { code: 'not_found' } });
});

test('a sink that fails ends the download with its failure', async () => {
  publish([10, 20, 30]);
  const full = new Error('ENOSPC');
  const sink = { write: () => Promise.reject(full) };
  await expect(downloadContent(world, source, { sink })).rejects.toBe(full);
});

test('a write that waits for another one is told when that one will never come', async () => {
  const { chunks } = publish([10, 20]);
  world.service.fault = (request) =>
    request.url.includes(chunks[0]?.hash ?? '') ? { damage: () => Buffer.alloc(10) } : undefined;
  const sink = {
    write: (_offset: number, _bytes: Uint8Array, signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  };
  expect(await downloadContent(world, source, { sink })).toMatchObject({ kind: 'damaged' });
});
