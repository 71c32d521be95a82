import type { NodeId } from '@syncline/protocol';
import { ContentPlaces } from './content-places.ts';
import { Differences } from './differences.ts';
import { NodeTree } from './node-tree.ts';
import type { Position, StateStore } from './ports.ts';
import { objectKey, type RemoteNode, type RemoteTree, type SyncedNode, type SyncedTree } from './trees.ts';

/** The remote and the synced tree with their memory on disk: changes are collected, and saved together by `save`. */
export class EngineTrees {
  /** Where these trees and that of the disk differ. */
  readonly differences = new Differences();
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  /** Where contents were agreed on. */
  readonly contents: ContentPlaces;
  readonly #store: StateStore;
  #position: Position;
  #changedRemote = new Map<NodeId, RemoteNode | undefined>();
  #changedSynced = new Map<NodeId, SyncedNode | undefined>();
  #moved = false;
  #isHeld = false;
  #excluded: ReadonlySet<NodeId> = new Set();
  readonly #mounts = new Set<NodeId>();

  constructor(store: StateStore) {
    this.#store = store;
    const onTouch = (nodeId: NodeId) => this.differences.touch(nodeId);
    this.remote = new NodeTree<RemoteNode>({ onTouch });
    this.synced = new NodeTree<SyncedNode>({ onTouch, keyOf: (node) => objectKey(node.identity) });
    this.contents = new ContentPlaces(this.synced);
    const state = store.load();
    this.remote.fill(state.remote);
    for (const node of state.remote) if (node.kind === 'mount') this.#mounts.add(node.nodeId);
    this.synced.fill(state.synced);
    this.#position = state.position;
  }

  /** Folders of the service that this device does not have on its disk, because a person said so. */
  get excluded(): ReadonlySet<NodeId> {
    return this.#excluded;
  }

  /** Takes over what a person said; what lies in these folders is judged anew. */
  setExcluded(excluded: ReadonlySet<NodeId>): void {
    const changed = [...excluded].filter((nodeId) => !this.#excluded.has(nodeId));
    for (const nodeId of this.#excluded) if (!excluded.has(nodeId)) changed.push(nodeId);
    this.#excluded = new Set(excluded);
    for (const nodeId of changed) this.#touchBelow(nodeId);
  }

  /** Shared folders in the tree of the service, of which nothing is synced. */
  get mounts(): ReadonlySet<NodeId> {
    return this.#mounts;
  }

  get position(): Position {
    return this.#position;
  }

  setPosition(position: Position): void {
    this.#position = position;
    this.#moved = true;
  }

  /** An older state of a node never replaces a newer one. */
  setRemote(node: RemoteNode): void {
    const known = this.remote.get(node.nodeId);
    if (known !== undefined && known.rev >= node.rev) return;
    this.remote.set(node);
    this.#changedRemote.set(node.nodeId, node);
    if (node.kind === 'mount') this.#mounts.add(node.nodeId);
    else this.#mounts.delete(node.nodeId);
    // Into an excluded folder, or out of it, goes all that is in the folder.
    const isMoved = known !== undefined && known.parentId !== node.parentId;
    if (isMoved && node.kind === 'folder' && this.#excluded.size > 0) this.#touchBelow(node.nodeId);
  }

  removeRemote(nodeId: NodeId): void {
    for (const below of [nodeId, ...this.remote.below(nodeId)]) {
      this.remote.remove(below);
      this.#mounts.delete(below);
      this.#changedRemote.set(below, undefined);
    }
  }

  /** Takes over a snapshot, whatever was known. */
  replaceRemote(nodes: readonly RemoteNode[]): void {
    for (const { nodeId } of this.remote.nodes()) {
      this.remote.remove(nodeId);
      this.#changedRemote.set(nodeId, undefined);
    }
    this.#mounts.clear();
    for (const node of nodes) this.setRemote(node);
  }

  setSynced(node: SyncedNode): void {
    this.synced.set(node);
    this.contents.note(node);
    this.#changedSynced.set(node.nodeId, node);
  }

  /** Removes one node; what stands below it stays. */
  removeSynced(nodeId: NodeId): void {
    this.synced.remove(nodeId);
    this.#changedSynced.set(nodeId, undefined);
  }

  /** Until `releaseSynced` nothing new is written down about the synced tree: the disk has changed, and not for good. */
  holdSynced(): void {
    this.#isHeld = true;
  }

  releaseSynced(): void {
    this.#isHeld = false;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Writes down all changes since the last call but those that are held, in one transaction. */
  save(): void {
    const synced = this.#isHeld ? new Map<NodeId, SyncedNode | undefined>() : this.#changedSynced;
    if (this.#changedRemote.size === 0 && synced.size === 0 && !this.#moved) return;
    this.#store.save({ remote: this.#changedRemote, synced, position: this.#position });
    this.#changedRemote = new Map();
    if (!this.#isHeld) this.#changedSynced = new Map();
    this.#moved = false;
  }

  #touchBelow(folderId: NodeId): void {
    this.differences.touch(folderId);
    for (const tree of [this.remote, this.synced]) {
      for (const nodeId of tree.below(folderId)) this.differences.touch(nodeId);
    }
  }
}
