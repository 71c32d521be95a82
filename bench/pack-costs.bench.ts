import { randomBytes } from 'node:crypto';
import { type ApiClient, createApiClient, systemClock } from '@syncline/client';
import { createNodeTransport } from '@syncline/client/node';
import {
  type ChunkHash,
  ContentHash,
  type DeviceId,
  epochMs,
  type NamespaceId,
  NodeId,
  opId,
  type Pack,
  packManifest,
} from '@syncline/protocol';
import { DynamodbChunkIndex } from '../lambdas/chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from '../lambdas/chunks/s3-object-store.ts';
import { DynamodbPackIndex } from '../lambdas/packs/dynamodb-pack-index.ts';
import { PACK_REST_MS } from '../lambdas/packs/limits.ts';
import { sweepPack } from '../lambdas/packs/sweep-pack.ts';
import { DynamodbReferenceStore } from '../lambdas/references/dynamodb-reference-store.ts';
import { createDynamodbClient } from '../lambdas/runtime/dynamodb-client.ts';
import { systemClock as serverClock, systemRandom } from '../lambdas/runtime/system-clock.ts';
import { chunkOf, newId, putSigned, valueOf } from '../test/support/api-device.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { startLocalService } from './local-service.ts';
import { type AwsCall, RequestRecorder } from './request-recorder.ts';

const FILES = 100;
const FILE_BYTES = 2000;
/** Chunks that still live when the pack is swept: less than half. */
const ALIVE = 40;
const DOMAIN = 'shared';

const credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });

/** What do files in a pack, and the rewriting of a pack, cost in requests and request units? Counted on the wire, not timed. */
export async function benchPackCosts(stack: BenchStack): Promise<BenchResult> {
  const recorder = await RequestRecorder.start(stack.outputs.endpoint);
  const environment = { ...(await stack.functionEnvironment()), AWS_ENDPOINT_URL: recorder.endpoint };
  const service = await startLocalService(environment, { issuer: 'https://bench.invalid', subject: newId() });
  try {
    const device = await openDevice(service.url);
    const contents = Array.from({ length: FILES }, () => randomBytes(FILE_BYTES));
    const stored = await recorder.record(() => storeFiles(device, contents));
    const sweeping = createSweeping(stack, { environment, endpoint: recorder.endpoint });
    const { hash, members } = packOf(contents);
    await sweeping.forget(members.slice(ALIVE).map((member) => member.hash));
    const rewritten = await recorder.record(async () => {
      const outcome = await sweepPack(
        sweeping.dependencies,
        { domain: DOMAIN, hash },
        sweeping.dependencies.clock.now(),
      );
      if (outcome.kind !== 'rewritten') throw new Error(`the pack was ${outcome.kind}`);
    });
    return {
      question: 'What do packs cost in requests and request units?',
      figures: [
        ...describe(`${FILES} new small files in a pack`, stored),
        ...describe(`rewriting a pack of ${FILES} chunks of which ${ALIVE} live`, rewritten),
      ],
    };
  } finally {
    service.stop();
    recorder.stop();
  }
}

function describe(name: string, calls: readonly AwsCall[]): readonly Figure[] {
  const sum = (units: 'writeUnits' | 'readUnits') => calls.reduce((total, call) => total + call[units], 0);
  const count = (service: AwsCall['service']) => calls.filter((call) => call.service === service).length;
  const puts = calls.filter(({ action }) => action === 'PUT object').length;
  return [
    { name: `${name}: PUTs`, value: puts, unit: 'requests', aim: { most: 1 } },
    { name: `${name}: other S3 calls`, value: count('s3') - puts, unit: 'calls', aim: { most: 2 } },
    { name: `${name}: DynamoDB calls`, value: count('dynamodb'), unit: 'calls' },
    { name: `${name}: write units`, value: sum('writeUnits'), unit: 'WRU' },
    { name: `${name}: read units`, value: sum('readUnits'), unit: 'RRU' },
  ];
}

interface BenchDevice {
  readonly api: ApiClient;
  readonly namespaceId: NamespaceId;
}

async function openDevice(baseUrl: string): Promise<BenchDevice> {
  const deviceId = newId() as DeviceId;
  const tokens = { current: async () => 'bench', renew: async () => undefined };
  const transport = createNodeTransport();
  const api = createApiClient({ baseUrl, transport, tokens, deviceId, clock: systemClock, random: Math.random });
  const { homeNamespaceId } = valueOf(await api.getAccount());
  valueOf(await api.registerDevice({ body: { deviceId, name: 'bench', platform: 'linux' } }));
  return { api, namespaceId: homeNamespaceId };
}

function packOf(contents: readonly Uint8Array[]): Pack {
  const { hash, size } = chunkOf(Buffer.concat(contents));
  return { hash, size, members: contents.map(chunkOf) };
}

/** Four requests and one PUT, as a sync client does it. */
async function storeFiles({ api, namespaceId }: BenchDevice, contents: readonly Uint8Array[]): Promise<void> {
  const files = contents.map((bytes) => {
    const chunks = [chunkOf(bytes)];
    const contentHash = ContentHash.parse(chunkOf(packManifest(chunks)).hash);
    return { namespaceId, size: bytes.length, contentHash, chunking: 'fixed-4m' as const, chunks };
  });
  const { uploads } = valueOf(await api.initiateUploads({ body: { packs: true, files } }));
  const pack = packOf(contents);
  const opened = valueOf(await api.openPack({ body: pack }));
  if (opened.status !== 'put') throw new Error('a pack of new chunks is opened');
  if ((await putSigned(opened.put, Buffer.concat(contents))) !== 200) throw new Error('the store refused a pack');
  valueOf(await api.confirmPack({ body: pack }));
  const batch = newId();
  const operations = uploads.map(({ uploadId }, index) => ({
    type: 'put' as const,
    opId: opId(batch, index),
    namespaceId,
    parentId: NodeId.parse(namespaceId),
    name: `${batch} ${index}`,
    baseRev: 0,
    uploadId,
    clock: 1,
    onConflict: 'keep_both' as const,
  }));
  const { results } = valueOf(await api.commit({ body: { operations } }));
  if (results.some(({ status }) => status !== 'committed')) throw new Error('not all files were committed');
}

/** The stores as the sweep has them, after the pack's time of rest. */
function createSweeping(
  { outputs }: BenchStack,
  { environment, endpoint }: { readonly environment: Readonly<Record<string, string>>; readonly endpoint: string },
) {
  const { region } = outputs;
  const chunks = environment['CHUNKS_TABLE'] ?? '';
  const clock = { ...serverClock, now: () => epochMs(serverClock.now() + PACK_REST_MS) };
  const connection = { region, endpoint, credentials };
  const client = createDynamodbClient({ connection });
  const dynamodb = { client, tableNames: { chunks }, clock, random: systemRandom };
  const objects = new S3ObjectStore({ bucket: environment['BUCKET'] ?? '', clock: serverClock, connection });
  const references = new DynamodbReferenceStore(dynamodb);
  return {
    dependencies: {
      chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
      packs: new DynamodbPackIndex(dynamodb),
      // Asked at its cost; but the files of what is forgotten stay here, and so do their references.
      references: {
        isReferenced: async (domain: string, hash: ChunkHash) => {
          await references.isReferenced(domain, hash);
          return false;
        },
      },
      objects,
      clock,
    },
    /** What the sweep of chunks does to those that nobody needs. */
    forget: async (hashes: readonly ChunkHash[]): Promise<void> => {
      for (const hash of hashes) {
        await client.send('UpdateItem', {
          TableName: chunks,
          Key: { pk: { S: `${DOMAIN}#${hash}` }, sk: { S: 'chunk' } },
          UpdateExpression: 'SET #state = :deleted',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':deleted': { S: 'deleted' } },
        });
      }
    },
  };
}
