import type { NodeId } from '@syncline/protocol';
import {
  BEGINNING,
  type EngineState,
  type Position,
  type StateDifference,
  type StateStore,
} from '../../client/src/engine/ports.ts';
import type { RemoteNode, SyncedNode } from '../../client/src/engine/trees.ts';

/** Transactions that are kept apart, to be rolled back to. */
const KEPT_MAX = 60;

interface Trees {
  readonly remote: Map<NodeId, RemoteNode>;
  readonly synced: Map<NodeId, SyncedNode>;
  position: Position;
}

/** The database of one device: it survives the engine, and can be lost or set back to an earlier transaction. */
export class SimulatedStateStore implements StateStore {
  #base = emptyTrees();
  #saved: StateDifference[] = [];

  load(): EngineState {
    const { remote, synced, position } = this.#base;
    const trees: Trees = { remote: new Map(remote), synced: new Map(synced), position };
    for (const difference of this.#saved) apply(trees, difference);
    return { remote: trees.remote.values(), synced: trees.synced.values(), position: trees.position };
  }

  save({ remote, synced, position }: StateDifference): void {
    // The maps belong to the engine, which may go on with them.
    this.#saved.push({ remote: new Map(remote), synced: new Map(synced), position });
    if (this.#saved.length <= KEPT_MAX) return;
    const oldest = this.#saved.shift();
    if (oldest !== undefined) apply(this.#base, oldest);
  }

  lose(): void {
    this.#base = emptyTrees();
    this.#saved = [];
  }

  /** Goes on with what another one holds. */
  takeOver(other: SimulatedStateStore): void {
    const { remote, synced, position } = other.load();
    const byId = <T extends { readonly nodeId: NodeId }>(nodes: Iterable<T>) =>
      new Map([...nodes].map((node) => [node.nodeId, node] as const));
    this.#base = { remote: byId(remote), synced: byId(synced), position };
    this.#saved = [];
  }

  /** As when a backup of the database is put back. */
  rollBack(transactions: number): void {
    this.#saved.splice(Math.max(0, this.#saved.length - transactions));
  }
}

function emptyTrees(): Trees {
  return { remote: new Map(), synced: new Map(), position: BEGINNING };
}

function apply(trees: Trees, { remote, synced, position }: StateDifference): void {
  applyTo(trees.remote, remote);
  applyTo(trees.synced, synced);
  trees.position = position;
}

function applyTo<T>(nodes: Map<NodeId, T>, changes: ReadonlyMap<NodeId, T | undefined>): void {
  for (const [nodeId, node] of changes) {
    if (node === undefined) nodes.delete(nodeId);
    else nodes.set(nodeId, node);
  }
}
