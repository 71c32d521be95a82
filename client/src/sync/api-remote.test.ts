import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DeviceId, NamespaceId, NodeId, packManifest } from '@syncline/protocol';
import { MemoryKnownManifests } from '../../../test/support/memory-known-manifests.ts';
import { sha256 } from '../../test/loopback-service.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import type { FetchedContent, StagedContent } from '../engine/ports.ts';
import { createApiRemote } from './api-remote.ts';

const NOTHING = { read: () => Promise.resolve(undefined) };
const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
let world: LoopbackWorld;

beforeEach(async () => {
  world = await openLoopbackWorld();
});
afterEach(() => world.close());

interface Resumed {
  readonly requests: number;
  /** Places of which it was asked whether they hold their chunk, by length. */
  readonly asked: readonly number[];
}

/** Publishes a content of these parts, and fetches it as one of this size into a staging that holds these bytes. */
async function fetch(
  parts: readonly Buffer[],
  { staged, size, asked }: { readonly staged: Buffer; readonly size: number; readonly asked: number[] },
): Promise<FetchedContent> {
  const chunks = parts.map((part) => world.service.plant(part));
  world.service.publish(id, chunks, sha256(packManifest(chunks)));
  const into: StagedContent = {
    resumed: true,
    isTakenOver: false,
    write: async (offset, written) => staged.set(written, offset),
    flush: () => Promise.resolve(),
    readSync: ({ start, end }) => staged.subarray(start, end),
    close: () => Promise.resolve(),
  };
  const remote = createApiRemote(world, {
    namespaceId: NamespaceId.parse(id),
    deviceId: DeviceId.parse(id),
    signal: new AbortController().signal,
    isChunk: (found, ref) => {
      asked.push(ref.size);
      return found.length === ref.size && sha256(Buffer.from(found)) === ref.hash;
    },
    manifests: new MemoryKnownManifests(),
    onBytes: () => undefined,
  });
  const { namespaceId } = remote;
  return remote.fetch({ namespaceId, nodeId: NodeId.parse(id), rev: 3, size, into, local: NOTHING, ahead: undefined });
}

/** Fetches a content of these parts into a staging that holds these bytes. */
async function resume(parts: readonly Buffer[], staged: Buffer): Promise<Resumed> {
  const whole = Buffer.concat(parts);
  const asked: number[] = [];
  const fetched = await fetch(parts, { staged, size: whole.length, asked });
  expect(fetched.kind).toBe('fetched');
  expect(staged.equals(whole)).toBe(true);
  return { requests: world.service.requests.filter(({ url }) => url.startsWith('/store/')).length, asked };
}

test('what an earlier try has written is kept chunk by chunk where it is right, and fetched where it is not', async () => {
  const parts = [100, 200, 300].map((size) => randomBytes(size));
  const staged = Buffer.concat(parts);
  staged.fill(0, 150, 160);
  expect(await resume(parts, staged)).toEqual({ requests: 1, asked: [100, 200, 300] });
});

test('where nothing has come yet nothing is hashed, and a chunk of zeros comes once more', async () => {
  const parts = [randomBytes(100), Buffer.alloc(200), randomBytes(300)];
  const staged = Buffer.alloc(600);
  staged.set(parts[0] ?? [], 0);
  expect(await resume(parts, staged)).toEqual({ requests: 2, asked: [100] });
});

test.each([
  ['longer', 700],
  ['shorter', 599],
])('a content of which the journal says that it is %s than it is, is damaged', async (_, size) => {
  const parts = [randomBytes(300), randomBytes(300)];
  expect(await fetch(parts, { staged: Buffer.alloc(700), size, asked: [] })).toEqual({ kind: 'damaged' });
});
