import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { epochMs, FIXED_CHUNK_BYTES, KiB, MiB, NamespaceId, NodeId } from '@syncline/protocol';
import { bytesOfChunks } from '../../test/bytes-of-chunks.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import type { Clock } from '../api/clock.ts';
import { BandwidthLimit } from './bandwidth-limit.ts';
import { downloadContent } from './download-content.ts';
import { hashManifest } from './hashing.ts';
import { TransferGate } from './transfer-gate.ts';
import { type TransferDependencies, type UploadSource, uploadFiles } from './upload-files.ts';

const namespaceId = NamespaceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV');
const nodeId = NodeId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAW');
/** At this rate a chunk takes 410 s, and a URL is too old after 780 s. */
const SLOW = 10 * KiB;
let world: LoopbackWorld;

beforeEach(async () => {
  world = await openLoopbackWorld();
});
afterEach(() => world.close());

/** The loopback world with limits, on a clock whose pauses take no time but count. */
function paced(rates: {
  readonly upload?: number;
  readonly download?: number;
}): TransferDependencies & { time: Clock } {
  const clock: Clock = {
    now: () => epochMs(world.time.nowMs),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      world.time.nowMs += ms;
    },
  };
  const bandwidth = {
    upload: new BandwidthLimit(clock, rates.upload),
    download: new BandwidthLimit(clock, rates.download),
  };
  return { ...world, clock, time: clock, bandwidth };
}

function sourceOf(bytes: Uint8Array): UploadSource {
  return { namespaceId, size: bytes.length, read: async ({ start, end }) => bytes.subarray(start, end) };
}

const puts = (): number => world.service.requests.filter(({ method }) => method === 'PUT').length;

test('an upload takes the time that its rate says, also where URLs become old while it waits, and every chunk is sent once', async () => {
  const transfers = paced({ upload: SLOW });
  const startMs = world.time.nowMs;
  const [outcome] = await uploadFiles(transfers, [sourceOf(bytesOfChunks(5))]);
  expect(outcome?.kind).toBe('uploaded');
  expect(puts()).toBe(5);
  const chunkMs = (FIXED_CHUNK_BYTES * 1000) / SLOW;
  expect(world.time.nowMs - startMs).toBeGreaterThan(4 * chunkMs - 2000);
  expect(world.time.nowMs - startMs).toBeLessThan(4 * chunkMs + 2000);
});

test('a repeated request is paid again', async () => {
  const transfers = paced({ upload: SLOW });
  const startMs = world.time.nowMs;
  let faults = 2;
  world.service.fault = ({ method }) => (method === 'PUT' && faults-- > 0 ? { status: 503 } : undefined);
  const [outcome] = await uploadFiles(transfers, [sourceOf(randomBytes(100 * KiB))]);
  expect(outcome?.kind).toBe('uploaded');
  expect(puts()).toBe(3);
  expect(world.time.nowMs - startMs).toBeGreaterThan(19_000);
});

test('what waits for a slow line holds no room that the other direction needs', async () => {
  const gate = new TransferGate({ tasksMax: 1, bytesMax: 8 * MiB });
  const bytes = randomBytes(64 * KiB);
  const chunk = world.service.plant(bytes);
  const content = await hashManifest([chunk]);
  world.service.publish(nodeId, [chunk], content);
  const controller = new AbortController();
  // A line on which nothing moves.
  const { promise: isWaiting, resolve: sayWaiting } = Promise.withResolvers<void>();
  const stuck: Clock = {
    now: () => epochMs(world.time.nowMs),
    sleep: (_ms, signal) => {
      sayWaiting();
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
  };
  const upload = new BandwidthLimit(stuck, SLOW);
  await upload.take(MiB);
  const transfers = { ...world, gate, bandwidth: { upload, download: new BandwidthLimit(stuck) } };
  const uploading = uploadFiles(transfers, [sourceOf(randomBytes(KiB))], { signal: controller.signal });
  const ended = uploading.catch((failure: unknown) => failure);
  await isWaiting;
  const read: Uint8Array[] = [];
  const sink = { write: async (_offset: number, part: Uint8Array) => void read.push(part.slice()) };
  const outcome = await downloadContent(transfers, { namespaceId, nodeId }, { sink });
  expect(outcome.kind).toBe('downloaded');
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
  controller.abort(new Error('enough'));
  expect(await ended).toMatchObject({ message: 'enough' });
  expect(puts()).toBe(0);
});

test('a download takes the time that its rate says', async () => {
  const transfers = paced({ download: 64 * KiB });
  const chunks = Array.from({ length: 6 }, () => world.service.plant(randomBytes(128 * KiB)));
  world.service.publish(nodeId, chunks, await hashManifest(chunks));
  const startMs = world.time.nowMs;
  const outcome = await downloadContent(transfers, { namespaceId, nodeId }, { sink: { write: async () => undefined } });
  expect(outcome.kind).toBe('downloaded');
  expect(world.time.nowMs - startMs).toBeGreaterThanOrEqual(10_000);
  expect(world.time.nowMs - startMs).toBeLessThan(13_000);
});
