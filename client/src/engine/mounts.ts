import { type NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import { pathNames, type TreeReader } from './node-tree.ts';
import type { Position } from './ports.ts';
import { type ProblemReason, type SyncProblem, syncProblem } from './sync-problem.ts';
import { diskPath, type LocalTree, type RemoteTree, type SyncedTree } from './trees.ts';

/**
 * What may be done where a node stands.
 * - `writable`   it is of the home namespace, or of one that this account may change;
 * - `readable`   the account may only read there: nothing is sent;
 * - `closed`     it is not known what the namespace holds: nothing is concluded, sent, fetched or taken away;
 * - `left`       the mount is gone from the tree, and the disk still has something of it: nothing is sent.
 */
export type MountState = 'writable' | 'readable' | 'closed' | 'left';

/** A folder of the service as its own namespace calls it. */
export interface FolderAddress {
  readonly namespaceId: NamespaceId;
  readonly folderId: NodeId;
}

interface Parented {
  readonly nodeId: NodeId;
  readonly parentId: NodeId;
}

/**
 * Where namespaces hang in the three trees. A mount is a folder of the home namespace; what lies below it, as far as the next mount, is of the
 * namespace that is mounted. Every node knows its namespace by the way up from it, so sharing a folder changes nothing of what lies in it.
 *
 * Source: docs/decisions/0111-how-a-client-mounts.md
 */
export class Mounts {
  readonly rootId: NodeId;
  readonly #homeId: NamespaceId;
  readonly #open: () => Position['mounted'];
  /** In the tree of the service. */
  readonly #standing = new Map<NodeId, NamespaceId>();
  readonly #places = new Map<NamespaceId, NodeId>();
  /** In the synced tree. */
  readonly #agreed = new Map<NodeId, NamespaceId>();

  constructor(homeId: NamespaceId, open: () => Position['mounted']) {
    this.#homeId = homeId;
    this.rootId = rootNodeId(homeId);
    this.#open = open;
  }

  get standing(): ReadonlyMap<NodeId, NamespaceId> {
    return this.#standing;
  }

  get isEmpty(): boolean {
    return this.#standing.size === 0 && this.#agreed.size === 0;
  }

  /** The namespace that is, or was, mounted in a node. */
  at(nodeId: NodeId): NamespaceId | undefined {
    return this.#standing.get(nodeId) ?? this.#agreed.get(nodeId);
  }

  /** The mount of a namespace in the tree of the service. */
  mountOf(namespaceId: NamespaceId): NodeId | undefined {
    return this.#places.get(namespaceId);
  }

  /** The mount that a folder is or lies in, by a tree; undefined for folders of the home namespace. */
  above(tree: { get(nodeId: NodeId): Parented | undefined }, folderId: NodeId): NodeId | undefined {
    if (this.isEmpty) return undefined;
    const seen = new Set<NodeId>();
    for (let current: NodeId | undefined = folderId; current !== undefined && !seen.has(current); ) {
      if (this.at(current) !== undefined) return current;
      seen.add(current);
      current = tree.get(current)?.parentId;
    }
    return undefined;
  }

  /** The root of the namespace that a folder is of, by a tree: a mount, or that of the home. Undefined where the way up breaks off. */
  rootAbove(tree: { get(nodeId: NodeId): Parented | undefined }, folderId: NodeId): NodeId | undefined {
    const seen = new Set<NodeId>();
    for (let current: NodeId | undefined = folderId; current !== undefined && !seen.has(current); ) {
      if (current === this.rootId || this.at(current) !== undefined) return current;
      seen.add(current);
      current = tree.get(current)?.parentId;
    }
    return undefined;
  }

  /** What may be done in a folder, by a tree. */
  stateIn(tree: { get(nodeId: NodeId): Parented | undefined }, folderId: NodeId): MountState {
    const mountId = this.above(tree, folderId);
    return mountId === undefined ? 'writable' : this.stateOf(mountId);
  }

  /** What may be done below a mount. */
  stateOf(mountId: NodeId): MountState {
    const namespaceId = this.#standing.get(mountId);
    if (namespaceId === undefined) return 'left';
    const known = this.#open().get(namespaceId);
    if (known === undefined) return 'closed';
    return known.role === 'viewer' ? 'readable' : 'writable';
  }

  /** How the service is asked about a folder of its tree; undefined for one that does not hang together with a root. */
  addressOf(remote: { get(nodeId: NodeId): Parented | undefined }, folderId: NodeId): FolderAddress | undefined {
    const seen = new Set<NodeId>();
    for (let current = folderId; !seen.has(current); ) {
      if (current === this.rootId) return { namespaceId: this.#homeId, folderId };
      const namespaceId = this.#standing.get(current);
      if (namespaceId !== undefined) {
        return { namespaceId, folderId: current === folderId ? rootNodeId(namespaceId) : folderId };
      }
      seen.add(current);
      const node = remote.get(current);
      if (node === undefined) return undefined;
      current = node.parentId;
    }
    return undefined;
  }

  /** Where in the remote tree something stands that its namespace has in a folder. */
  hang({ namespaceId, folderId }: FolderAddress): NodeId {
    const mountId = namespaceId === this.#homeId ? undefined : this.#places.get(namespaceId);
    return mountId !== undefined && folderId === rootNodeId(namespaceId) ? mountId : folderId;
  }

  stand(nodeId: NodeId, namespaceId: NamespaceId): void {
    this.#standing.set(nodeId, namespaceId);
    this.#places.set(namespaceId, nodeId);
  }

  fall(nodeId: NodeId): void {
    const namespaceId = this.#standing.get(nodeId);
    this.#standing.delete(nodeId);
    if (namespaceId !== undefined && this.#places.get(namespaceId) === nodeId) this.#places.delete(namespaceId);
  }

  agree(nodeId: NodeId, namespaceId: NamespaceId | undefined): void {
    if (namespaceId === undefined) this.#agreed.delete(nodeId);
    else this.#agreed.set(nodeId, namespaceId);
  }

  /** Another mount of a namespace that was agreed on and is gone: the account left and came back. */
  formerMountOf(namespaceId: NamespaceId): NodeId | undefined {
    for (const [nodeId, agreed] of this.#agreed) {
      if (agreed === namespaceId && !this.#standing.has(nodeId)) return nodeId;
    }
    return undefined;
  }

  /** The mounts in this state, be they in the tree of the service or only in the synced one. */
  in(state: MountState): ReadonlySet<NodeId> {
    if (this.isEmpty) return new Set();
    const all = new Set([...this.#standing.keys(), ...this.#agreed.keys()]);
    return new Set([...all].filter((nodeId) => this.stateOf(nodeId) === state));
  }
}

export interface MountedTrees {
  readonly rootId: NodeId;
  readonly closed: ReadonlySet<NodeId>;
  readonly remote: RemoteTree;
  readonly local: LocalTree;
  readonly synced: SyncedTree;
}

/** Whether a node is a closed mount, stands where one belongs, or lies below either, in any of the three trees. */
export function isInClosed({ closed, remote, local, synced }: MountedTrees, nodeId: NodeId): boolean {
  if (closed.size === 0) return false;
  const isClosed = (id: NodeId): boolean => {
    if (closed.has(id)) return true;
    const here = local.get(id);
    const there = here === undefined ? undefined : remote.at(here);
    return there !== undefined && closed.has(there.nodeId);
  };
  return [remote, local, synced].some((tree: TreeReader<Parented & { readonly name: string }>) => {
    const seen = new Set<NodeId>();
    for (let current: NodeId | undefined = nodeId; current !== undefined && !seen.has(current); ) {
      if (isClosed(current)) return true;
      seen.add(current);
      current = tree.get(current)?.parentId;
    }
    return false;
  });
}

/** Closed mounts, and what was known to lie in them: absence of these proves nothing. */
export function frozenByClosed({
  closed,
  remote,
  synced,
}: Pick<MountedTrees, 'closed' | 'remote' | 'synced'>): ReadonlySet<NodeId> {
  const frozen = new Set<NodeId>();
  for (const mountId of closed) {
    frozen.add(mountId);
    for (const tree of [remote, synced]) for (const nodeId of tree.below(mountId)) frozen.add(nodeId);
  }
  return frozen;
}

/** Tells of mounts, each where it stands. */
export function reportMounts(
  { rootId, remote, local }: Pick<MountedTrees, 'rootId' | 'remote' | 'local'>,
  told: { readonly mounts: ReadonlySet<NodeId>; readonly reason: ProblemReason },
): readonly SyncProblem[] {
  return [...told.mounts].flatMap((mountId) => {
    const path = diskPath(local, rootId, mountId) ?? pathNames(remote, rootId, mountId)?.join('/');
    return path === undefined ? [] : [syncProblem(path, told.reason)];
  });
}
