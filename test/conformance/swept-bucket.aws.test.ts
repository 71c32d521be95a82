import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  AccountId,
  type ChunkHash,
  ContentHash,
  DAY_MS,
  epochMs,
  NamespaceId,
  type NodeId,
  packManifest,
} from '@syncline/protocol';
import type { NewChunk } from '../../lambdas/chunks/chunk-index.ts';
import { DynamodbChunkIndex } from '../../lambdas/chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from '../../lambdas/chunks/s3-object-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from '../../lambdas/packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from '../../lambdas/references/dynamodb-reference-store.ts';
import { projectNode } from '../../lambdas/references/project-node.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { mapBounded } from '../../lambdas/runtime/map-bounded.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { MemoryTelemetry } from '../../lambdas/runtime/memory-telemetry.ts';
import { systemClock, systemRandom } from '../../lambdas/runtime/system-clock.ts';
import { DynamodbSweepIndex } from '../../lambdas/sweep/dynamodb-sweep-index.ts';
import { runSweep } from '../../lambdas/sweep/run-sweep.ts';
import { S3RemovableObjects } from '../../lambdas/sweep/s3-removable-objects.ts';
import { awsConnection, createBucket, openTables } from '../support/aws-world.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { freshId, freshNodeId } from './namespace-fixture.ts';

/** SYNCLINE_SWEPT_CHUNKS=10000 is what a night runs. */
const CHUNKS = Number(process.env['SYNCLINE_SWEPT_CHUNKS'] ?? 200);
const CHUNKS_OF_A_NODE = 30;
/** Neighbours have a third of their chunks in common. */
const CHUNKS_BETWEEN_NODES = 20;
const CALLS_AT_ONCE = 32;
/** Commits, restores and purges beside one sweep. */
const MEDDLES_MAX = 60;
/** Segments of the sweep that runs beside another: enough to meet it everywhere, and not to do all twice. */
const SECOND_SEGMENTS = 30;
const DOMAIN = 'shared';
const ACCOUNT = AccountId.parse(freshId());
const TEST_MS_MAX = 40 * 60_000;

async function openWorld() {
  const bucket = await createBucket();
  const connection = awsConnection();
  await new AwsRequests({ signingName: 's3', connection }).send({
    method: 'PUT',
    url: new URL(`${connection.endpoint}/${bucket}?versioning`),
    body: Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
  });
  const clock = new MemoryClock(systemClock.now());
  const tables = { ...(await openTables()), clock };
  const namespaceId = NamespaceId.parse(freshId());
  /** What each node retains: the chunks of its one content, or nothing. */
  const retained = new Map<NodeId, readonly NewChunk[]>();
  const listRevisions = async ({ nodeId }: { readonly nodeId: NodeId }) => {
    const chunks = retained.get(nodeId);
    if (chunks === undefined) return { revisions: [] };
    const manifest = packManifest(chunks);
    const contentHash = ContentHash.parse(createHash('sha256').update(manifest).digest('hex'));
    return { revisions: [{ rev: 1, domain: DOMAIN, contentHash, manifest } as never] };
  };
  const store = new DynamodbNamespaceStore(tables);
  const objects = new S3ObjectStore({ bucket, connection, clock: systemClock });
  const ports = {
    namespaces: {
      listRevisions,
      listEntries: store.listEntries.bind(store),
      getGround: async (id: NamespaceId) => id,
    },
    index: new DynamodbSweepIndex(tables),
    chunks: new DynamodbChunkIndex({ ...tables, objects }),
    packs: new DynamodbPackIndex(tables),
    references: new DynamodbReferenceStore(tables),
    objects,
    removable: new S3RemovableObjects({ bucket, connection }),
    deadLetters: { count: async () => 0 },
    clock,
    random: systemRandom,
    meter: new MemoryTelemetry(),
  };
  return { ports, clock, namespaceId, retained };
}

type World = Awaited<ReturnType<typeof openWorld>>;

function bytesOf(index: number): Uint8Array {
  return Buffer.from(`chunk ${index}`);
}

function chunkAt(index: number): NewChunk {
  const bytes = bytesOf(index);
  const hash = createHash('sha256').update(bytes).digest('hex') as ChunkHash;
  return { hash, size: bytes.length, objectKey: `chunks/${DOMAIN}/${hash}`, offset: 0 };
}

/** What an upload does to a chunk. False when it is told to try again later. */
async function upload({ ports, clock }: World, index: number): Promise<boolean> {
  const chunk = chunkAt(index);
  const until = epochMs(clock.now() + 2 * DAY_MS);
  if ((await ports.chunks.pin({ domain: DOMAIN, hashes: [chunk.hash], until })).size === 1) return true;
  await ports.objects.write({ key: chunk.objectKey, sha256: chunk.hash, bytes: bytesOf(index) });
  const head = await ports.objects.head(chunk.objectKey);
  if (head?.versionId === undefined) return false;
  const chunks = [{ ...chunk, versionId: head.versionId }];
  const stored = { domain: DOMAIN, accountId: ACCOUNT, chunks, pinnedUntil: until };
  return (await ports.chunks.recordStored({ ...stored, now: clock.now() })).size === 1;
}

async function commit(world: World, nodeId: NodeId, first: number): Promise<void> {
  const indexes = Array.from({ length: CHUNKS_OF_A_NODE }, (_, index) => (first + index) % CHUNKS);
  const uploads = await mapBounded(CALLS_AT_ONCE, indexes, (index) => upload(world, index));
  if (uploads.includes(false)) return;
  world.retained.set(nodeId, indexes.map(chunkAt));
  await projectNode(world.ports, { namespaceId: world.namespaceId, nodeId });
}

async function purge(world: World, nodeId: NodeId): Promise<void> {
  world.retained.delete(nodeId);
  await projectNode(world.ports, { namespaceId: world.namespaceId, nodeId });
}

async function age({ ports, clock }: World, days: number): Promise<void> {
  clock.advance(days * DAY_MS);
  const progress = await ports.index.readProgress();
  if (progress === undefined) throw new Error('a sweep has run');
  const { after: _after, ...rest } = progress;
  const sweepAt = progress.sweepAt + days * DAY_MS;
  await ports.index.writeProgress({ ...rest, wallAt: clock.now(), phase: 'heads', sweepAt });
}

async function storedKeys({ ports }: World): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  let after: string | undefined;
  do {
    const page = await ports.removable.list('chunks', { limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { key } of page.objects) keys.add(key);
    after = page.next;
  } while (after !== undefined);
  return keys;
}

test(
  'commits, restores and purges while the sweep runs over a real table and bucket: what is retained stays, all else goes',
  async () => {
    const world = await openWorld();
    const random = new SeededRandom('swept bucket');
    const count = Math.floor(CHUNKS / CHUNKS_BETWEEN_NODES);
    const nodes = Array.from({ length: count }, (_, index) => ({
      nodeId: freshNodeId(),
      first: index * CHUNKS_BETWEEN_NODES,
    }));
    await mapBounded(4, nodes, ({ nodeId, first }) => commit(world, nodeId, first));
    expect((await storedKeys(world)).size).toBe(CHUNKS);
    for (const { nodeId } of nodes.filter((_, index) => index % 2 === 0)) await purge(world, nodeId);
    await runSweep(world.ports, { isDry: false });
    const meddle = async () => {
      for (let step = 0; step < Math.min(count / 4, MEDDLES_MAX); step++) {
        const { nodeId, first } = nodes[Math.floor(random.fraction() * count)] ?? {};
        if (nodeId === undefined || first === undefined) continue;
        if (random.fraction() < 0.5) await purge(world, nodeId);
        else await commit(world, nodeId, first);
      }
    };
    for (const days of [5, 3, 40, 5, 3, 40]) {
      await age(world, days);
      const second = runSweep(world.ports, { isDry: false, segmentsMax: SECOND_SEGMENTS });
      await Promise.all([runSweep(world.ports, { isDry: false }), second, meddle()]);
      const stored = await storedKeys(world);
      const missing = [...world.retained.values()].flat().filter(({ objectKey }) => !stored.has(objectKey));
      expect(missing).toEqual([]);
    }
    for (const days of [5, 3, 40]) {
      await age(world, days);
      await runSweep(world.ports, { isDry: false });
    }
    const needed = new Set([...world.retained.values()].flat().map(({ objectKey }) => objectKey));
    expect([...(await storedKeys(world))].toSorted()).toEqual([...needed].toSorted());
    expect(needed.size).toBeGreaterThan(0);
    expect(needed.size).toBeLessThan(CHUNKS);
  },
  TEST_MS_MAX,
);
