import { createHash, randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AccountId,
  type ChunkHash,
  ContentHash,
  DAY_MS,
  epochMs,
  NamespaceId,
  NodeId,
  packManifest,
} from '@syncline/protocol';
import type { NewChunk } from '../lambdas/chunks/chunk-index.ts';
import { DynamodbChunkIndex } from '../lambdas/chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from '../lambdas/chunks/s3-object-store.ts';
import { DynamodbNamespaceStore } from '../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from '../lambdas/packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from '../lambdas/references/dynamodb-reference-store.ts';
import { projectNode } from '../lambdas/references/project-node.ts';
import type { AwsConnection } from '../lambdas/runtime/aws-connection.ts';
import { AwsRequests } from '../lambdas/runtime/aws-requests.ts';
import type { DynamodbAction, DynamodbRequests, Item } from '../lambdas/runtime/dynamodb-api.ts';
import { createDynamodbClient, type DynamodbCalls } from '../lambdas/runtime/dynamodb-client.ts';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import { MemoryClock } from '../lambdas/runtime/memory-clock.ts';
import { MemoryTelemetry } from '../lambdas/runtime/memory-telemetry.ts';
import { systemClock, systemRandom } from '../lambdas/runtime/system-clock.ts';
import { DynamodbSweepIndex } from '../lambdas/sweep/dynamodb-sweep-index.ts';
import { ORPHAN_AGE_MS } from '../lambdas/sweep/limits.ts';
import { runSweep, type SweepReport } from '../lambdas/sweep/run-sweep.ts';
import { S3RemovableObjects } from '../lambdas/sweep/s3-removable-objects.ts';
import { newId } from '../test/support/api-device.ts';
import { createTables } from '../test/support/create-tables.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { readUnits } from './request-units.ts';

const CHUNKS = 1000;
const MILLION = 1e6;
const MINUTE_US = 60e6;
const CALLS_AT_ONCE = 32;
const DOMAIN = 'shared';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
/** Dollars for a million, on demand, in us-east-1. Source: the price pages of Amazon DynamoDB and Amazon S3, 2026. */
const PRICES = { readUnits: 0.125, writeUnits: 0.625, lists: 5, heads: 0.4 } as const;
/** Aged by so many days one pass finds what is unused, the next one condemns it, and the third removes it. */
const REMOVING_DAYS = [5, 3, 40] as const;

/** What a run asked of AWS. */
interface Asked {
  calls: number;
  readUnits: number;
  writeUnits: number;
  lists: number;
  heads: number;
  removals: number;
  /** Of this process, in microseconds. */
  processor: number;
}

/** What does a pass of the sweep cost, and the end of what nothing needs? Counted in an emulator, not timed. */
export async function benchSweepCost({ outputs: { endpoint, region } }: BenchStack): Promise<BenchResult> {
  const world = await openWorld({ endpoint, region, credentials: async () => CREDENTIALS });
  await world.fill();
  await world.sweep(0);
  const kept = await world.sweep(ORPHAN_AGE_MS / DAY_MS + 1);
  expectCount(kept.report, 'chunks kept');
  await world.purge();
  const steps: Asked[] = [];
  for (const days of REMOVING_DAYS) {
    const { asked, report } = await world.sweep(days);
    steps.push(asked);
    if (days === REMOVING_DAYS.at(-1)) expectCount(report, 'chunks removed');
  }
  const removal = steps.reduce((sum, step) => add(sum, step));
  return {
    question: 'What does the sweep cost for a million chunks?',
    note: `counted for ${CHUNKS} files of one chunk each, of their own objects older than the grace; functions' time is not in the money, and what counts it all is in the processor time`,
    figures: [
      ...describe('a pass over chunks in use', kept.asked),
      ...describe(`the ${REMOVING_DAYS.length} passes that remove chunks`, removal),
    ],
  };
}

function expectCount({ counts, phase }: SweepReport, name: string): void {
  if (phase !== 'rest' || counts[name] !== CHUNKS)
    throw new Error(`the sweep has ${name} ${counts[name]}, in ${phase}`);
}

function describe(name: string, asked: Asked): readonly Figure[] {
  const dollars = Object.entries(PRICES).reduce(
    (sum, [what, price]) => sum + (scaled(asked[what as keyof typeof PRICES]) / MILLION) * price,
    0,
  );
  return [
    { name: `${name}: calls`, value: scaled(asked.calls), unit: 'calls' },
    { name: `${name}: read units`, value: scaled(asked.readUnits), unit: 'RRU' },
    { name: `${name}: write units`, value: scaled(asked.writeUnits), unit: 'WRU' },
    { name: `${name}: listings`, value: scaled(asked.lists), unit: 'requests' },
    { name: `${name}: removals, which are free`, value: scaled(asked.removals), unit: 'requests' },
    { name: `${name}: processor time on this machine`, value: scaled(asked.processor) / MINUTE_US, unit: 'min' },
    { name: `${name}: money`, value: dollars, unit: 'USD' },
  ];
}

function scaled(value: number): number {
  return (value / CHUNKS) * MILLION;
}

function add(left: Asked, right: Asked): Asked {
  const names = Object.keys(left) as (keyof Asked)[];
  return Object.fromEntries(names.map((name) => [name, left[name] + right[name]])) as unknown as Asked;
}

function nothing(): Asked {
  return { calls: 0, readUnits: 0, writeUnits: 0, lists: 0, heads: 0, removals: 0, processor: 0 };
}

async function openWorld(connection: AwsConnection & { readonly endpoint: string }) {
  const bucket = await createBucket(connection);
  const maker = new DynamoDBClient({
    endpoint: connection.endpoint,
    region: connection.region,
    credentials: CREDENTIALS,
  });
  const tableNames = await createTables(maker);
  maker.destroy();
  const clock = new MemoryClock(systemClock.now());
  let asked = nothing();
  const client = countingClient(createDynamodbClient({ connection }), () => asked);
  const dynamodb = { client, clock, random: systemRandom, tableNames };
  const s3 = new S3ObjectStore({ bucket, connection, clock: systemClock });
  const objects = counted(s3, () => asked, { head: 'heads' });
  const removable = new S3RemovableObjects({ bucket, connection });
  const store = new DynamodbNamespaceStore(dynamodb);
  const namespaceId = NamespaceId.parse(newId());
  const files = Array.from({ length: CHUNKS }, (_, index) => ({
    nodeId: NodeId.parse(newId()),
    chunk: chunkAt(index),
  }));
  const retained = new Map(files.map(({ nodeId, chunk }) => [nodeId, chunk]));
  const ports = {
    namespaces: {
      listRevisions: async ({ nodeId }: { readonly nodeId: NodeId }) => revisionsOf(retained.get(nodeId)),
      listEntries: store.listEntries.bind(store),
      getGround: async (id: NamespaceId) => id,
    },
    index: new DynamodbSweepIndex(dynamodb),
    chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
    packs: new DynamodbPackIndex(dynamodb),
    references: new DynamodbReferenceStore(dynamodb),
    objects,
    removable: counted(removable, () => asked, { list: 'lists', remove: 'removals' }),
    deadLetters: { count: async () => 0 },
    clock,
    random: systemRandom,
    meter: new MemoryTelemetry(),
  };
  const project = () => mapBounded(CALLS_AT_ONCE, files, ({ nodeId }) => projectNode(ports, { namespaceId, nodeId }));
  return {
    fill: async () => {
      await mapBounded(CALLS_AT_ONCE, files, ({ chunk }) => storeChunk(ports, chunk));
      await project();
    },
    purge: async () => {
      retained.clear();
      await project();
    },
    /** One whole pass, when the sweep has become so much older. */
    sweep: async (days: number) => {
      clock.advance(days * DAY_MS);
      const progress = await ports.index.readProgress();
      if (progress !== undefined) {
        const { after: _after, ...rest } = progress;
        const sweepAt = progress.sweepAt + days * DAY_MS;
        await ports.index.writeProgress({ ...rest, wallAt: clock.now(), phase: 'heads', sweepAt });
      }
      asked = nothing();
      const before = process.cpuUsage();
      const report = await runSweep(ports, { isDry: false });
      const { user, system } = process.cpuUsage(before);
      return { asked: { ...asked, processor: user + system }, report };
    },
  };
}

function chunkAt(index: number): NewChunk {
  const hash = createHash('sha256').update(bytesOf(index)).digest('hex') as ChunkHash;
  return { hash, size: bytesOf(index).length, objectKey: `chunks/${DOMAIN}/${hash}`, offset: index };
}

function bytesOf(index: number): Uint8Array {
  return Buffer.from(`chunk ${index}`);
}

function revisionsOf(chunk: NewChunk | undefined) {
  if (chunk === undefined) return { revisions: [] };
  const manifest = packManifest([chunk]);
  const contentHash = ContentHash.parse(createHash('sha256').update(manifest).digest('hex'));
  return { revisions: [{ rev: 1, domain: DOMAIN, contentHash, manifest } as never] };
}

async function storeChunk(
  {
    objects,
    chunks,
    clock,
  }: Pick<Parameters<typeof runSweep>[0], 'objects' | 'clock'> & { readonly chunks: DynamodbChunkIndex },
  { offset: index, ...chunk }: NewChunk,
): Promise<void> {
  await objects.write({ key: chunk.objectKey, sha256: chunk.hash, bytes: bytesOf(index) });
  const head = await objects.head(chunk.objectKey);
  const versionId = head?.versionId;
  if (versionId === undefined) throw new Error('the bucket is versioned');
  const now = clock.now();
  const stored = { domain: DOMAIN, accountId: AccountId.parse(newId()), pinnedUntil: epochMs(now + 2 * DAY_MS), now };
  await chunks.recordStored({ ...stored, chunks: [{ ...chunk, offset: 0, versionId }] });
}

async function createBucket(connection: AwsConnection & { readonly endpoint: string }): Promise<string> {
  const bucket = `sweep-${randomUUID()}`;
  const requests = new AwsRequests({ signingName: 's3', connection });
  const address = `${connection.endpoint}/${bucket}`;
  await requests.send({ method: 'PUT', url: new URL(address) });
  const body = Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
  await requests.send({ method: 'PUT', url: new URL(`${address}?versioning`), body });
  return bucket;
}

/** The port, whose calls of some functions are counted. */
function counted<Port extends object>(
  port: Port,
  asked: () => Asked,
  names: Readonly<Partial<Record<keyof Port & string, 'lists' | 'heads' | 'removals'>>>,
): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const what = (names as Readonly<Record<string, 'lists' | 'heads' | 'removals' | undefined>>)[String(name)];
      return (...parameters: readonly unknown[]): unknown => {
        if (what !== undefined) {
          asked().calls += 1;
          asked()[what] += 1;
        }
        return Reflect.apply(member, target, parameters);
      };
    },
  });
}

/** Every write here is of one row of less than 1 KB. A scan pays for what it passes by too, so that is read once more. */
function countingClient(client: DynamodbCalls, asked: () => Asked): DynamodbCalls {
  const send = async (action: DynamodbAction, input: DynamodbRequests[DynamodbAction]) => {
    const output: unknown = await client.send(action, input);
    asked().calls += 1;
    if (action === 'Scan') {
      const { FilterExpression: _filter, ...all } = input as DynamodbRequests['Scan'];
      const { ExpressionAttributeNames: _names, ExpressionAttributeValues: _values, ...plain } = all;
      const passed = (await client.send('Scan', plain)) as { readonly Items?: readonly Item[] };
      asked().readUnits += readUnits({ action: 'Query', input: plain, output: passed });
    } else asked().readUnits += readUnits({ action, input, output });
    if (['PutItem', 'UpdateItem', 'DeleteItem'].includes(action)) asked().writeUnits += 1;
    return output;
  };
  return { send } as DynamodbCalls;
}
