import { type ConflictStrategy, epochMs, type Node, type NodeId } from '@syncline/protocol';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import { type LocalNames, localNames } from '../../client/src/engine/local-names.ts';
import type { LoopOptions } from '../../client/src/engine/loop-options.ts';
import {
  BEGINNING,
  type Clock,
  type EngineState,
  type Remote,
  type StateDifference,
  type StateStore,
  type Watcher,
} from '../../client/src/engine/ports.ts';
import type { RemoteHints } from '../../client/src/engine/remote-hints.ts';
import { SyncEngine, type SyncOutcome } from '../../client/src/engine/sync-engine.ts';
import { SyncLoop } from '../../client/src/engine/sync-loop.ts';
import { joinPath, type RemoteNode, type SyncedNode } from '../../client/src/engine/trees.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { modelRemote, type RemoteFaults } from './model-remote.ts';
import { ModelService, modelDevice, nameBytes } from './model-service.ts';

/** The engine's state in memory. It survives the engine, as a database survives a process. */
export class MemoryStateStore implements StateStore {
  readonly #remote = new Map<NodeId, RemoteNode>();
  readonly #synced = new Map<NodeId, SyncedNode>();
  #position: EngineState['position'] = BEGINNING;

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

/** A service that devices of one account sync with: the model, or the real handlers. */
export interface SyncService {
  /** The way of device `number` to the service. */
  connect(number: number, faults: RemoteFaults): Promise<Remote>;
  /** What it holds, by path: the text of a file, `undefined` for a folder. */
  tree(): Promise<ReadonlyMap<string, string | undefined>>;
  /** Whether this content was ever committed; it can be restored then, whatever became of it. */
  hasCommitted(text: string): Promise<boolean>;
  /** The number of journal entries. */
  head(): Promise<number>;
}

export function modelSyncService(service: ModelService = new ModelService()): SyncService {
  return {
    connect: (number, faults) => Promise.resolve(modelRemote(service, modelDevice(number), faults)),
    tree: () => Promise.resolve(serviceTree(service)),
    hasCommitted: (text) => Promise.resolve(hasCommitted(service, text)),
    head: () => Promise.resolve(service.journal.length),
  };
}

/** A moment that lasts: nothing is ever waited for. */
export const STANDING_CLOCK: Clock = {
  now: () => epochMs(0),
  today: () => new Date(0),
  sleep: () => Promise.resolve(),
  after: () => () => undefined,
};

/** One device: a disk, a state and the engine between them and a service. Starting the engine anew is a restart. */
export class SyncDevice {
  readonly files: MemoryFileSystem;
  readonly faults: RemoteFaults = {};
  readonly #service: SyncService;
  readonly #number: number;
  readonly #names: LocalNames;
  #remote: Remote | undefined;
  #store = new MemoryStateStore();
  #drawn = 0;

  constructor(
    service: SyncService,
    number: number,
    /** What nodes are called on the device's disk. */
    options: { readonly names: LocalNames } = { names: localNames('posix') },
  ) {
    this.#names = options.names;
    this.files = new MemoryFileSystem(options.names);
    this.#service = service;
    this.#number = number;
  }

  /** An engine that looks where the watcher says, as one does that runs on. */
  async watchingEngine(): Promise<SyncEngine> {
    return this.engine({ watcher: this.files.watcher });
  }

  async engine({
    onConflict,
    ...more
  }: {
    readonly watcher?: Watcher;
    readonly store?: StateStore;
    readonly clock?: Clock;
    readonly onConflict?: ConflictStrategy;
  } = {}): Promise<SyncEngine> {
    this.#remote ??= await this.#service.connect(this.#number, this.faults);
    return new SyncEngine(
      {
        clock: STANDING_CLOCK,
        random: (count) => this.#draw(count),
        files: this.files,
        remote: this.#remote,
        store: this.#store,
        ...more,
      },
      { deviceName: `device ${this.#number}`, names: this.#names, onConflict },
    );
  }

  async sync(options: { readonly acceptDeletes: boolean } = { acceptDeletes: true }): Promise<SyncOutcome> {
    return (await this.engine()).sync(options);
  }

  /** A loop that runs on, with this device's disk and state. */
  async loop(
    {
      files = this.files,
      ...ports
    }: { readonly clock: Clock; readonly hints: RemoteHints; readonly files?: MemoryFileSystem },
    more: Partial<LoopOptions> = {},
  ): Promise<SyncLoop> {
    this.#remote ??= await this.#service.connect(this.#number, this.faults);
    return new SyncLoop(
      {
        ...ports,
        random: (count) => this.#draw(count),
        files,
        remote: this.#remote,
        store: this.#store,
        watcher: files.watcher,
      },
      {
        deviceName: `device ${this.#number}`,
        names: this.#names,
        isUnavailable: (failure) => failure instanceof UnavailableError,
        ...more,
      },
    );
  }

  /** Loses what was agreed about some nodes. Numbers choose among those that there are. */
  forgetAgreements(picks: readonly number[]): void {
    const { synced, position } = this.#store.load();
    const known = [...synced].map(({ nodeId }) => nodeId);
    const lost = picks.flatMap((pick) => known[pick % Math.max(1, known.length)] ?? []);
    this.#store.save({ remote: new Map(), synced: new Map(lost.map((nodeId) => [nodeId, undefined])), position });
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

function hasCommitted(service: ModelService, text: string): boolean {
  const contentHash = nameBytes(Buffer.from(text));
  return service.losing.has(contentHash) || service.journal.some(({ node }) => node.contentHash === contentHash);
}

/** What a model holds, by path: the text of a file, `undefined` for a folder. */
export function serviceTree(service: ModelService): ReadonlyMap<string, string | undefined> {
  return treeOf(service.rootId, service.list(), (node) =>
    Buffer.from((node.contentHash && service.contents.get(node.contentHash)) ?? []).toString(),
  );
}

/** Nodes, parents first, as paths. */
export function treeOf(
  rootId: NodeId,
  nodes: readonly Node[],
  textOf: (node: Node) => string,
): ReadonlyMap<string, string | undefined> {
  const paths = new Map<NodeId, string>([[rootId, '']]);
  const tree: [string, string | undefined][] = [];
  for (const node of nodes) {
    const path = joinPath(paths.get(node.parentId) ?? '', node.name);
    paths.set(node.nodeId, path);
    tree.push([path, node.kind === 'folder' ? undefined : textOf(node)]);
  }
  return new Map(tree.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
