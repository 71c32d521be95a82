import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NamespaceId, NodeId, packManifest } from '@syncline/protocol';
import { MemoryKnownManifests } from '../../../test/support/memory-known-manifests.ts';
import { sha256 } from '../../test/loopback-service.ts';
import { type LoopbackWorld, openLoopbackWorld } from '../../test/loopback-world.ts';
import type { StagedContent } from '../engine/ports.ts';
import { createApiRemote } from './api-remote.ts';

const NOTHING = { read: () => Promise.resolve(undefined) };
const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
let world: LoopbackWorld;

beforeEach(async () => {
  world = await openLoopbackWorld();
});
afterEach(() => world.close());

test('what an earlier try has written is kept chunk by chunk where it is right, and fetched where it is not', async () => {
  const parts = [100, 200, 300].map((size) => randomBytes(size));
  const chunks = parts.map((part) => world.service.plant(part));
  world.service.publish(id, chunks, sha256(packManifest(chunks)));
  const bytes = Buffer.concat(parts);
  const staged = Buffer.from(bytes);
  staged.fill(0, 150, 160);
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
    signal: new AbortController().signal,
    isChunk: (found, { hash, size }) => found.length === size && sha256(Buffer.from(found)) === hash,
    manifests: new MemoryKnownManifests(),
    onBytes: () => undefined,
  });
  const fetched = await remote.fetch({
    nodeId: NodeId.parse(id),
    rev: 3,
    size: bytes.length,
    into,
    local: NOTHING,
    ahead: undefined,
  });
  expect(fetched.kind).toBe('fetched');
  expect(staged.equals(bytes)).toBe(true);
  expect(world.service.requests.filter(({ url }) => url.startsWith('/store/'))).toHaveLength(1);
});
