import { randomBytes } from 'node:crypto';
import {
  type ApiClient,
  createApiClient,
  systemClock,
  TRANSFER_BYTES_MAX,
  TRANSFER_TASKS_MAX,
  TransferGate,
  type Transport,
  uploadFiles,
} from '@syncline/client';
import { createNodeTransport } from '@syncline/client/node';
import {
  COMMIT_OPERATIONS_MAX,
  type DeviceId,
  type NamespaceId,
  type Node,
  type NodeId,
  type Operation,
  opId,
  type UploadId,
} from '@syncline/protocol';
import { newId, valueOf } from '../test/support/api-device.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { startLocalService } from './local-service.ts';
import { type AwsCall, RequestRecorder } from './request-recorder.ts';

const SMALL_FILE_BYTES = 2000;
const FOLDER_FILES = 10_000;

/** What does each piece of everyday work cost in requests and request units? Counted on the wire, not timed. */
export async function benchRequestCosts(stack: BenchStack): Promise<BenchResult> {
  const recorder = await RequestRecorder.start(stack.outputs.endpoint);
  const environment = { ...(await stack.functionEnvironment()), AWS_ENDPOINT_URL: recorder.endpoint };
  const service = await startLocalService(environment, { issuer: 'https://bench.invalid', subject: newId() });
  const transport = new CountingTransport(createNodeTransport());
  try {
    const work = await Workbench.open(service.url, transport);
    const figures: Figure[] = [];
    const measure = async (name: string, aims: Aims, task: () => Promise<unknown>) => {
      transport.take();
      const calls = await recorder.record(task);
      figures.push(...describe(name, aims, { requests: transport.take(), calls }));
    };

    const edited = await work.makeFile('warm');
    await measure('one new small file', { roundTrips: 3, commitUnits: 12 }, () => work.makeFile('one'));
    await measure('100 new small files', { apiCalls: 6, commitUnits: 900 }, () => work.makeFiles('hundred', 100));
    await measure('one edit', { roundTrips: 3, commitUnits: 12 }, () => work.edit(edited));
    const renamed = await work.makeFolder('renamed');
    await measure('one rename', { commitUnits: 12 }, () => work.move(renamed, 'renamed again'));
    const folder = await work.makeFullFolder('full', FOLDER_FILES);
    await measure('move of a 10,000-file folder', { commitUnits: 12 }, () => work.move(folder, 'moved'));
    const { cursor } = valueOf(await work.api.getCursor());
    await measure('delta of nothing', {}, async () => valueOf(await work.api.listChanges({ query: { cursor } })));
    await work.makeCopies(renamed, edited, 1000);
    await measure('delta of 1,000', {}, async () => valueOf(await work.api.listChanges({ query: { cursor } })));
    return { question: 'What does everyday work cost in requests and request units?', figures };
  } finally {
    service.stop();
    recorder.stop();
  }
}

interface Aims {
  readonly roundTrips?: number;
  readonly apiCalls?: number;
  readonly commitUnits?: number;
}

function describe(
  name: string,
  aims: Aims,
  counted: { readonly requests: readonly string[]; readonly calls: readonly AwsCall[] },
): readonly Figure[] {
  const { requests, calls } = counted;
  const commits = calls.filter(({ action }) => action === 'TransactWriteItems');
  return [
    { name: `${name}: HTTP round trips`, value: requests.length, unit: 'requests', ...most(aims.roundTrips) },
    {
      name: `${name}: API calls`,
      value: requests.filter((url) => url.includes('/v1/')).length,
      unit: 'calls',
      ...most(aims.apiCalls),
    },
    ...countCalls(name, calls),
    {
      name: `${name}: write units of the commit`,
      value: sum(commits, 'writeUnits'),
      unit: 'WRU',
      ...most(aims.commitUnits),
      ...(aims.commitUnits === undefined ? {} : { target: 'P17' }),
    },
    { name: `${name}: write units in all`, value: sum(calls, 'writeUnits'), unit: 'WRU' },
    { name: `${name}: read units`, value: sum(calls, 'readUnits'), unit: 'RRU' },
  ];
}

/** What the handlers call. The device's own PUTs of chunks, by URLs that the handlers have signed, are round trips above. */
function countCalls(name: string, calls: readonly AwsCall[]): readonly Figure[] {
  const own = calls.filter(({ action }) => action !== 'PUT object');
  const count = (service: AwsCall['service']) => own.filter((call) => call.service === service).length;
  return [
    { name: `${name}: DynamoDB calls of the handlers`, value: count('dynamodb'), unit: 'calls' },
    { name: `${name}: S3 calls of the handlers`, value: count('s3'), unit: 'calls' },
  ];
}

function sum(calls: readonly AwsCall[], units: 'writeUnits' | 'readUnits'): number {
  return calls.reduce((total, call) => total + call[units], 0);
}

function most(value: number | undefined): Pick<Figure, 'aim'> | object {
  return value === undefined ? {} : { aim: { most: value } };
}

/** Counts what goes over the wire, retries included. */
class CountingTransport implements Transport {
  readonly #inner: Transport;
  readonly #urls: string[] = [];

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  take(): readonly string[] {
    return this.#urls.splice(0);
  }

  send(request: Parameters<Transport['send']>[0]): ReturnType<Transport['send']> {
    this.#urls.push(request.url);
    return this.#inner.send(request);
  }
}

/** A device of the bench's account that does what a sync client does. */
class Workbench {
  readonly api: ApiClient;
  readonly #namespaceId: NamespaceId;
  readonly #transport: Transport;

  private constructor(api: ApiClient, namespaceId: NamespaceId, transport: Transport) {
    this.api = api;
    this.#namespaceId = namespaceId;
    this.#transport = transport;
  }

  static async open(baseUrl: string, transport: Transport): Promise<Workbench> {
    const deviceId = newId() as DeviceId;
    const tokens = { current: async () => 'bench', renew: async () => undefined };
    const api = createApiClient({ baseUrl, transport, tokens, deviceId, clock: systemClock, random: Math.random });
    const { homeNamespaceId } = valueOf(await api.getAccount());
    valueOf(await api.registerDevice({ body: { deviceId, name: 'bench', platform: 'linux' } }));
    return new Workbench(api, homeNamespaceId, transport);
  }

  get #root(): NodeId {
    return this.#namespaceId as string as NodeId;
  }

  async makeFile(name: string): Promise<Node> {
    return only(await this.makeFiles(name, 1));
  }

  async makeFiles(prefix: string, count: number): Promise<readonly Node[]> {
    const uploadIds = await this.#upload(count);
    return this.#commit(
      uploadIds.map((uploadId, index) => ({ ...this.#put(uploadId), name: `${prefix} ${index}.txt`, baseRev: 0 })),
    );
  }

  async edit(node: Node): Promise<void> {
    const uploadId = only(await this.#upload(1));
    await this.#commit([{ ...this.#put(uploadId), name: node.name, nodeId: node.nodeId, baseRev: node.rev }]);
  }

  async makeFolder(name: string): Promise<Node> {
    return only(await this.#commit([{ type: 'mkdir', namespaceId: this.#namespaceId, parentId: this.#root, name }]));
  }

  async move(node: Node, name: string): Promise<void> {
    const { namespaceId, nodeId, rev: baseRev, parentId } = node;
    await this.#commit([{ type: 'move', namespaceId, nodeId, baseRev, parentId, name }]);
  }

  async makeFullFolder(name: string, count: number): Promise<Node> {
    const folder = await this.makeFolder(name);
    await this.makeCopies(folder, await this.makeFile(`source of ${name}`), count);
    return folder;
  }

  async makeCopies(folder: Node, file: Node, count: number): Promise<void> {
    const { namespaceId, nodeId } = file;
    for (let made = 0; made < count; made += COMMIT_OPERATIONS_MAX) {
      const names = Array.from(
        { length: Math.min(COMMIT_OPERATIONS_MAX, count - made) },
        (_, index) => `copy ${made + index}`,
      );
      await this.#commit(
        names.map((name) => ({
          type: 'copy',
          from: { namespaceId, nodeId },
          namespaceId,
          parentId: folder.nodeId,
          name,
        })),
      );
    }
  }

  #put(uploadId: UploadId) {
    const namespaceId = this.#namespaceId;
    return { type: 'put', namespaceId, parentId: this.#root, uploadId, clock: 1, onConflict: 'keep_both' } as const;
  }

  async #upload(count: number): Promise<readonly UploadId[]> {
    const sources = Array.from({ length: count }, () => {
      const bytes = randomBytes(SMALL_FILE_BYTES);
      return {
        namespaceId: this.#namespaceId,
        size: bytes.length,
        read: async ({ start, end }: { readonly start: number; readonly end: number }) => bytes.subarray(start, end),
      };
    });
    const outcomes = await uploadFiles(
      {
        api: this.api,
        transport: this.#transport,
        gate: new TransferGate({ tasksMax: TRANSFER_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX }),
        clock: systemClock,
        random: Math.random,
      },
      sources,
    );
    return outcomes.map((outcome) => {
      if (outcome.kind !== 'uploaded') throw new Error(`an upload was ${outcome.kind}`);
      return outcome.uploadId;
    });
  }

  async #commit(operations: readonly DistributiveOmit<Operation, 'opId'>[]): Promise<readonly Node[]> {
    const batch = newId();
    const named = operations.map((operation, index) => ({ ...operation, opId: opId(batch, index) }));
    const { results } = valueOf(await this.api.commit({ body: { operations: named } }));
    return results.map((result) => {
      if (result.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
      return result.node;
    });
  }
}

function only<Value>(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`${values.length} values instead of one`);
  return value;
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
