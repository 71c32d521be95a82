import type { NodeId } from '@syncline/protocol';
import { excludedRootOf } from './differences.ts';
import { holdsObstacle, type LocalView } from './local-disk.ts';
import type { Mounts } from './mounts.ts';
import { samePlace } from './node-tree.ts';
import {
  type LocalNode,
  type NodeIdSource,
  objectKey,
  type RemoteNode,
  type RemoteTree,
  type SyncedNode,
  type SyncedTree,
  sameContent,
  sameFolder,
  sameObject,
} from './trees.ts';

/**
 * What to do about nodes that are gone on one side and still there on the other.
 *
 * A delete wins only over what it has seen: a node that the other side edited, renamed or moved since the agreement stays, with
 * all that lies below it, and so does every folder that something stays in. A node that stays is *forgotten*: it loses its
 * place in the synced tree and is planned as a new node of the side that has it. Forgetting deletes nothing anywhere.
 *
 * What went across a mount on the disk is gone where it was only once it stands at the service where it is. A mount is deleted by nobody, and
 * what was changed in one that is gone stays as it is, on this disk alone.
 */
export interface Deletions {
  /** Gone there, unchanged here: removed from the disk. Whole subtrees. */
  readonly goneRemote: ReadonlySet<NodeId>;
  /** Gone here, unchanged there: deleted by the service. Whole subtrees. */
  readonly goneLocal: ReadonlySet<NodeId>;
  /** Cannot be decided before the content of these files is read. */
  readonly unread: readonly NodeId[];
  readonly forgotten: readonly Forgotten[];
  /** Gone here because it went across a mount: it stays there for now, and does not come back. */
  readonly departing: ReadonlySet<NodeId>;
  /** Mounts that are gone there, with something here that is to stay. */
  readonly left: ReadonlySet<NodeId>;
}

/** `newNodeId` is the node that what is on the disk counts as from now on. */
export interface Forgotten {
  readonly nodeId: NodeId;
  readonly newNodeId: NodeId | undefined;
}

export interface DeletionInput {
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  readonly local: LocalView;
  readonly candidates: Iterable<NodeId>;
  /** What is not settled either, and not looked at. */
  readonly held: Iterable<NodeId>;
  readonly excluded: ReadonlySet<NodeId>;
  readonly newNodeId: NodeIdSource;
  readonly mounts: Mounts;
}

type Fate = 'goes' | 'stays' | 'unread' | 'waits';

export function settleDeletions(input: DeletionInput): Deletions {
  const { remote, synced, local, mounts } = input;
  const fates = new Fates(input);
  const goneRemote = new Set<NodeId>();
  const goneLocal = new Set<NodeId>();
  const unread: NodeId[] = [];
  const forgotten: Forgotten[] = [];
  const departing = new Set<NodeId>();
  const left = new Set<NodeId>();
  for (const nodeId of input.candidates) {
    const node = synced.get(nodeId);
    if (node === undefined) continue;
    const isRemote = remote.has(node.nodeId);
    const isLocal = local.tree.has(node.nodeId);
    if (excludedRootOf(input, nodeId) !== undefined) {
      // Not on this disk, as a person wished: that is never a delete.
      if (!isLocal && !local.frozen.has(nodeId)) forgotten.push({ nodeId, newNodeId: undefined });
      continue;
    }
    if (isRemote === isLocal ? isRemote : local.frozen.has(node.nodeId)) continue;
    if (!isRemote && !isLocal) {
      if (!local.frozen.has(node.nodeId)) forgotten.push({ nodeId: node.nodeId, newNodeId: undefined });
      continue;
    }
    const fate = isRemote ? fates.ofGoneLocal(node) : fates.ofGoneRemote(node);
    const isKept = isLocal && fate === 'stays';
    const mountId = isKept ? (mounts.above(synced, nodeId) ?? mounts.above(local.tree, nodeId)) : undefined;
    if (mountId !== undefined && mounts.stateOf(mountId) === 'left') {
      left.add(mountId);
      continue;
    }
    if (fate === 'goes') (isRemote ? goneLocal : goneRemote).add(node.nodeId);
    else if (fate === 'stays')
      forgotten.push({ nodeId: node.nodeId, newNodeId: isLocal ? input.newNodeId() : undefined });
    else if (fate === 'waits') departing.add(node.nodeId);
    else if (node.kind === 'file') unread.push(node.nodeId);
  }
  return { goneRemote, goneLocal, unread, forgotten, departing, left };
}

class Fates {
  readonly #input: DeletionInput;
  readonly #goneRemote = new Map<NodeId, Fate>();
  readonly #goneLocal = new Map<NodeId, Fate>();
  readonly #departed: ReadonlySet<NodeId>;

  constructor(input: DeletionInput) {
    this.#input = input;
    this.#departed = findDeparted(input);
  }

  /** Of a node that the service has no more, and the disk still has. */
  ofGoneRemote(node: SyncedNode): Fate {
    const known = this.#goneRemote.get(node.nodeId);
    if (known !== undefined) return known;
    // A tree has no cycles, but what two devices did to one may have; such a node stays.
    this.#goneRemote.set(node.nodeId, 'stays');
    const fate = this.#decideGoneRemote(node);
    this.#goneRemote.set(node.nodeId, fate);
    return fate;
  }

  /** Of a node that the disk has no more, and the service still has. */
  ofGoneLocal(node: SyncedNode): Fate {
    const known = this.#goneLocal.get(node.nodeId);
    if (known !== undefined) return known;
    this.#goneLocal.set(node.nodeId, 'stays');
    const fate = this.#decideGoneLocal(node);
    this.#goneLocal.set(node.nodeId, fate);
    return fate;
  }

  #decideGoneRemote(node: SyncedNode): Fate {
    const here = this.#input.local.tree.get(node.nodeId);
    if (here === undefined || this.#isChangedAbove(node)) return 'stays';
    if (node.kind === 'folder') return this.#folderGoneRemote(node.nodeId);
    if (here.contentHash === undefined) return 'unread';
    return sameContent(here, node) ? 'goes' : 'stays';
  }

  /** Whether the node itself, or a folder that went with it, was renamed or moved on the disk. */
  #isChangedAbove(node: SyncedNode): boolean {
    const { local, remote, synced } = this.#input;
    for (let current: SyncedNode | undefined = node; current !== undefined; current = synced.get(current.parentId)) {
      if (remote.has(current.nodeId)) return false;
      const here = local.tree.get(current.nodeId);
      if (here !== undefined && !samePlace(here, current)) return true;
    }
    return false;
  }

  #folderGoneRemote(folderId: NodeId): Fate {
    const { local, synced } = this.#input;
    if (holdsObstacle(local, folderId)) return 'stays';
    for (const child of synced.children(folderId)) if (local.frozen.has(child.nodeId)) return 'stays';
    let fate: Fate = 'goes';
    for (const child of local.tree.children(folderId)) {
      const childFate = this.#childGoneRemote(child);
      if (childFate === 'stays') return 'stays';
      if (childFate === 'unread') fate = 'unread';
    }
    return fate;
  }

  #childGoneRemote(child: LocalNode): Fate {
    const { remote, synced } = this.#input;
    const agreed = synced.get(child.nodeId);
    if (agreed === undefined) return 'stays';
    const there = remote.get(child.nodeId);
    if (there === undefined) return this.ofGoneRemote(agreed);
    // It lives on elsewhere: moved out by the service it leaves this folder, moved in by the disk it needs it.
    return samePlace(there, agreed) ? 'stays' : 'goes';
  }

  #decideGoneLocal(node: SyncedNode): Fate {
    const { remote } = this.#input;
    const there = remote.get(node.nodeId);
    if (there === undefined || this.#isChangedAboveRemote(node) || this.#isKeptByMount(there)) return 'stays';
    let fate: Fate = this.#departed.has(node.nodeId) ? 'waits' : 'goes';
    if (node.kind === 'file') return sameContent(there, node) ? fate : 'stays';
    for (const child of remote.children(node.nodeId)) {
      const childFate = this.#childGoneLocal(child.nodeId);
      if (childFate === 'stays') return 'stays';
      if (childFate === 'waits') fate = 'waits';
    }
    return fate;
  }

  /** A mount is only left by a person's word: what is gone with it from this disk was not deleted. Nor does a viewer delete anything. */
  #isKeptByMount({ nodeId, parentId }: RemoteNode): boolean {
    const { mounts, remote } = this.#input;
    if (mounts.at(nodeId) !== undefined) return true;
    const mountId = mounts.above(remote, parentId);
    return mountId !== undefined && (this.#isMountReplaced(mountId) || mounts.stateOf(mountId) === 'readable');
  }

  /** Whether the folder in which both sides agreed is gone, also where another one stands at its place by now. */
  #isMountReplaced(mountId: NodeId): boolean {
    const here = this.#input.local.tree.get(mountId);
    const agreed = this.#input.synced.get(mountId);
    return here === undefined || agreed === undefined || !sameFolder(here.entry.identity, agreed.identity);
  }

  #isChangedAboveRemote(node: SyncedNode): boolean {
    const { local, remote, synced } = this.#input;
    for (let current: SyncedNode | undefined = node; current !== undefined; current = synced.get(current.parentId)) {
      if (local.tree.has(current.nodeId)) return false;
      const there = remote.get(current.nodeId);
      if (there !== undefined && !samePlace(there, current)) return true;
    }
    return false;
  }

  #childGoneLocal(nodeId: NodeId): Fate {
    const { local, remote, synced } = this.#input;
    const agreed = synced.get(nodeId);
    const there = remote.get(nodeId);
    if (agreed === undefined || there === undefined || local.frozen.has(nodeId)) return 'stays';
    if (!local.tree.has(nodeId)) return this.ofGoneLocal(agreed);
    // The disk has it elsewhere: moved out by the disk it leaves this folder, moved in by the service it needs it.
    return samePlace(there, agreed) ? 'goes' : 'stays';
  }
}

/**
 * What was moved across a mount on the disk, where it is another node, and that is not what both sides agree on yet: until then the
 * service keeps what it has where it was.
 */
function findDeparted({ candidates, held, synced, local, mounts }: DeletionInput): ReadonlySet<NodeId> {
  const departed = new Set<NodeId>();
  if (mounts.isEmpty) return departed;
  for (const nodeId of [...candidates, ...held]) {
    const here = local.tree.get(nodeId);
    if (here === undefined) continue;
    for (const node of synced.keyed(objectKey(here.entry.identity))) {
      const isGone = node.nodeId !== nodeId && !local.tree.has(node.nodeId);
      if (isGone && sameObject(node.identity, here.entry.identity)) departed.add(node.nodeId);
    }
  }
  return departed;
}
