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

const SMALL_FILE_BYTES = 2000;

/** A device of the bench's account that does what a sync client does. */
export class Workbench {
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

  get namespaceId(): NamespaceId {
    return this.#namespaceId;
  }

  /** The same device, at work in another namespace. */
  inside(namespaceId: NamespaceId): Workbench {
    return new Workbench(this.api, namespaceId, this.#transport);
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

  async renameAll(nodes: readonly Node[]): Promise<void> {
    for (let done = 0; done < nodes.length; done += COMMIT_OPERATIONS_MAX) {
      await this.#commit(
        nodes
          .slice(done, done + COMMIT_OPERATIONS_MAX)
          .map(({ namespaceId, nodeId, rev: baseRev, parentId, name }) => ({
            type: 'move',
            namespaceId,
            nodeId,
            baseRev,
            parentId,
            name: `${name} renamed`,
          })),
      );
    }
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
