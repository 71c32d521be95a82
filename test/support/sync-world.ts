import type { EpochMs, NodeId } from '@syncline/protocol';
import type { EngineState, StateDifference, StateStore } from '../../client/src/engine/ports.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import type { RemoteNode, SyncedNode } from '../../client/src/engine/trees.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { modelRemote, type RemoteFaults } from './model-remote.ts';
import { type ModelDevice, type ModelService, modelDevice } from './model-service.ts';

/** The engine's state in memory. It survives the engine, as a database survives a process. */
export class MemoryStateStore implements StateStore {
  readonly #remote = new Map<NodeId, RemoteNode>();
  readonly #synced = new Map<NodeId, SyncedNode>();
  #position: EngineState['position'] = { cursor: undefined, seq: 0, lamport: 0 };

  load(): EngineState {
    return { remote: [...this.#remote.values()], synced: [...this.#synced.values()], position: this.#position };
  }

  save(difference: StateDifference): void {
    apply(this.#remote, difference.remote);
    apply(this.#synced, difference.synced);
    this.#position = difference.position;
  }
}

function apply<T>(nodes: Map<NodeId, T>, changes: ReadonlyMap<NodeId, T | undefined>): void {
  for (const [nodeId, node] of changes) {
    if (node === undefined) nodes.delete(nodeId);
    else nodes.set(nodeId, node);
  }
}

/** One device: a disk, a state and the engine between them and a model service. Starting the engine anew is a restart. */
export class SyncDevice {
  readonly files = new MemoryFileSystem();
  readonly faults: RemoteFaults = {};
  readonly device: ModelDevice;
  readonly #service: ModelService;
  readonly #number: number;
  #store = new MemoryStateStore();
  #drawn = 0;

  constructor(service: ModelService, number: number) {
    this.#service = service;
    this.#number = number;
    this.device = modelDevice(number);
  }

  engine(): SyncEngine {
    return new SyncEngine(
      {
        clock: { now: () => 0 as EpochMs, today: () => new Date(0), sleep: () => Promise.resolve() },
        random: (count) => this.#draw(count),
        files: this.files,
        remote: modelRemote(this.#service, this.device, this.faults),
        store: this.#store,
      },
      { deviceName: this.device.deviceName, localNameKey: (name) => name },
    );
  }

  sync(): Promise<SyncOutcome> {
    return this.engine().sync({ acceptDeletes: true });
  }

  /** As when somebody deletes the database. */
  forgetState(): void {
    this.#store = new MemoryStateStore();
  }

  #draw(count: number): Uint8Array {
    this.#drawn += 1;
    const bytes = new Uint8Array(count).fill(this.#number);
    new DataView(bytes.buffer).setUint32(count - 4, this.#drawn);
    return bytes;
  }
}

/** What the service holds, by path: the text of a file, `undefined` for a folder. */
export function serviceTree(service: ModelService): ReadonlyMap<string, string | undefined> {
  const paths = new Map<NodeId, string>();
  const tree: [string, string | undefined][] = [];
  for (const node of service.list()) {
    const folder = paths.get(node.parentId);
    const path = folder === undefined ? node.name : `${folder}/${node.name}`;
    paths.set(node.nodeId, path);
    const bytes = node.contentHash === undefined ? undefined : service.contents.get(node.contentHash);
    tree.push([path, node.kind === 'folder' ? undefined : Buffer.from(bytes ?? []).toString()]);
  }
  return new Map(tree.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
