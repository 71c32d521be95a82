import type { NodeId } from '@syncline/protocol';
import type { LocalDisk } from './local-disk.ts';
import type { LocalNames } from './local-names.ts';
import type { Mounts } from './mounts.ts';
import { movingNodeId } from './moving-name.ts';
import { remoteName } from './remote-name.ts';
import {
  type LocalEntry,
  type LocalNode,
  localNameOf,
  type NodeIdSource,
  objectKey,
  type RemoteTree,
  type SyncedNode,
  type SyncedTree,
  sameObject,
  sameState,
} from './trees.ts';

export interface IdentifyInput {
  readonly local: LocalDisk;
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  readonly rootId: NodeId;
  readonly names: LocalNames;
  readonly newNodeId: NodeIdSource;
  readonly mounts: Mounts;
}

/**
 * Decides which node everything on the disk is that is named in `candidates`; the others keep their ids.
 *
 * A file that is a synced object is that node, wherever it stands; another one is the node that was synced at its place, so that
 * editors which save by renaming keep the file's history; else the remote node of that place, when nobody here knew it yet; else a
 * new one, whose id is drawn anew each time: the service may have had the last one, and buried it.
 * A folder is first the synced node that it was renamed from: nothing replaces a folder to save it.
 * No node goes from one namespace into another: what came across a mount is a new one there, and gone where it was.
 *
 * When everything that is not settled is a candidate, the result is that of deciding about the whole disk: what is settled stands
 * where it was synced, as the same object, and is the node of that place by the first rule. Costs the candidates, and the
 * content of folders that get another id.
 */
export function identifyLocal(input: IdentifyInput, candidates: Iterable<NodeId>): void {
  input.local.openSecondNames();
  new Identification(input, candidates).run();
}

class Identification {
  readonly #input: IdentifyInput;
  /** Undecided nodes by the number of folders above them: folders come before what they hold. */
  readonly #levels: NodeId[][] = [];
  readonly #fresh: ReadonlySet<NodeId>;
  readonly #open = new Set<NodeId>();
  readonly #decided = new Map<NodeId, NodeId>();
  readonly #taken = new Map<NodeId, LocalNode>();
  /** Files without a node at their place: they are looked for elsewhere once all places are settled. */
  readonly #strangers: LocalNode[] = [];
  /** Files at the place of a synced file that are another object than that. */
  readonly #replaced: { readonly node: LocalNode; readonly known: SyncedNode }[] = [];
  readonly #secondNames: NodeId[] = [];
  /** Names that turned out to be others, once it was known which folder they stand in; by the node's former id. */
  readonly #renamed = new Map<NodeId, string>();

  constructor(input: IdentifyInput, candidates: Iterable<NodeId>) {
    this.#input = input;
    this.#fresh = input.local.takeFresh();
    for (const nodeId of candidates) if (input.local.tree.has(nodeId)) this.#add(nodeId, this.#depthOf(nodeId));
  }

  run(): void {
    const { local, synced } = this.#input;
    // Deciding about a folder may add what it holds to the next level.
    for (let depth = 0; depth < this.#levels.length; depth++) {
      for (const nodeId of this.#levels[depth] ?? []) this.#decide(nodeId, depth);
    }
    this.#settleReplaced();
    for (const stranger of this.#strangers) this.#settleStranger(stranger);
    // Before others get the ids that these had until now.
    for (const nodeId of this.#secondNames) local.setSecondName(nodeId);
    const renamed = new Map([...this.#decided].filter(([before, after]) => this.#isNews(before, after)));
    if (renamed.size > 0) local.rename(renamed);
    for (const [before, name] of this.#renamed) {
      const node = local.tree.get(this.#decided.get(before) ?? before);
      if (node === undefined) continue;
      const localName = localNameOf(node);
      local.tree.set({ ...node, name, localName: localName === name ? undefined : localName });
    }
    for (const nodeId of this.#decided.values()) {
      const node = local.tree.get(nodeId);
      if (node === undefined) continue;
      const agreed = synced.get(nodeId);
      const isUnchanged = agreed !== undefined && sameState(agreed.identity, node.entry.identity);
      const contentHash = isUnchanged ? agreed.contentHash : node.entry.contentHash;
      if (contentHash !== node.contentHash) local.tree.set({ ...node, contentHash });
    }
  }

  #isNews(before: NodeId, after: NodeId): boolean {
    const parentId = this.#input.local.tree.get(before)?.parentId;
    return before !== after || (parentId !== undefined && (this.#decided.get(parentId) ?? parentId) !== parentId);
  }

  #add(nodeId: NodeId, depth: number): void {
    if (this.#open.has(nodeId) || this.#decided.has(nodeId)) return;
    this.#open.add(nodeId);
    this.#levels[depth] ??= [];
    this.#levels[depth].push(nodeId);
  }

  #depthOf(nodeId: NodeId): number {
    const { local, rootId } = this.#input;
    let depth = 0;
    for (let node = local.tree.get(nodeId); node !== undefined && node.parentId !== rootId; depth++) {
      node = local.tree.get(node.parentId);
    }
    return depth;
  }

  #decide(nodeId: NodeId, depth: number): void {
    const { local, synced } = this.#input;
    const seen = local.tree.get(nodeId);
    if (seen === undefined) return;
    const node = this.#named(seen);
    if (node.kind === 'folder') {
      const folderId = this.#folderNodeId(node);
      this.#take(node, folderId);
      if (folderId !== nodeId) for (const child of local.tree.children(nodeId)) this.#add(child.nodeId, depth + 1);
      return;
    }
    const known = synced.at({ parentId: this.#parentOf(node), name: node.name }) ?? this.#movingNode(node.name);
    if (known?.kind !== 'file') this.#strangers.push(node);
    else if (sameObject(known.identity, node.entry.identity)) this.#take(node, known.nodeId);
    else this.#replaced.push({ node, known });
  }

  /** A node that stands aside until its place is free. */
  #movingNode(name: string): SyncedNode | undefined {
    const nodeId = movingNodeId(name);
    return nodeId === undefined ? undefined : this.#input.synced.get(nodeId);
  }

  /**
   * What is a synced object of another place came here by a rename, as in a circle of moves that was interrupted; everything else
   * was saved here by a program that writes a new file.
   */
  #settleReplaced(): void {
    const moved = this.#replaced.filter(({ node, known }) => {
      const isMoved = this.#syncedObject(node) !== undefined || this.#isHalfMoved(node);
      if (isMoved) return true;
      if (this.#isFree(known.nodeId)) this.#take(node, known.nodeId);
      else this.#strangers.push(node);
      return false;
    });
    for (const { node, known } of moved) {
      const object = this.#isHalfMoved(node) ? undefined : (this.#syncedObject(node) ?? known);
      if (object !== undefined && this.#isFree(object.nodeId)) this.#take(node, object.nodeId);
      else this.#strangers.push(node);
    }
  }

  /** The node under the name that the service has for it, where this disk calls things otherwise. */
  #named(node: LocalNode): LocalNode {
    const { names, local } = this.#input;
    if (names.isExact) return node;
    const name = remoteName(this.#input, this.#parentOf(node), localNameOf(node));
    const standing = local.tree.at({ parentId: node.parentId, name });
    if (name === node.name || standing !== undefined) return node;
    this.#renamed.set(node.nodeId, name);
    return { ...node, name, localName: localNameOf(node) };
  }

  #take(node: LocalNode, nodeId: NodeId): void {
    this.#open.delete(node.nodeId);
    this.#decided.set(node.nodeId, nodeId);
    this.#taken.set(nodeId, node);
  }

  #parentOf(node: LocalNode): NodeId {
    return this.#decided.get(node.parentId) ?? node.parentId;
  }

  /** Whether no other thing on the disk is this node. */
  #isFree(nodeId: NodeId): boolean {
    if (this.#taken.has(nodeId)) return false;
    return !this.#input.local.tree.has(nodeId) || this.#open.has(nodeId) || this.#decided.has(nodeId);
  }

  #folderNodeId(node: LocalNode): NodeId {
    const { entry } = node;
    const known = this.#input.synced.at({ parentId: this.#parentOf(node), name: node.name });
    const isFree = known?.kind === 'folder' && this.#isFree(known.nodeId);
    if (isFree && sameObject(known.identity, entry.identity)) return known.nodeId;
    const renamed = this.#syncedObject(node);
    if (renamed !== undefined) return renamed.nodeId;
    if (isFree && !this.#standsElsewhere(known, node)) return known.nodeId;
    return this.#adopted(node) ?? this.#newIdOf(node);
  }

  #settleStranger(node: LocalNode): void {
    if (this.#isHalfMoved(node)) {
      this.#open.delete(node.nodeId);
      this.#secondNames.push(node.nodeId);
      return;
    }
    this.#take(node, this.#syncedObject(node)?.nodeId ?? this.#adopted(node) ?? this.#newIdOf(node));
  }

  /** What was seen for the first time keeps the id that it got then, of which nobody was told. */
  #newIdOf({ nodeId }: LocalNode): NodeId {
    return this.#fresh.has(nodeId) ? nodeId : this.#input.newNodeId();
  }

  /** The synced node that this very file or folder was when both sides agreed last, unless it was found already. */
  #syncedObject(seen: LocalNode): SyncedNode | undefined {
    const { entry } = seen;
    for (const node of this.#input.synced.keyed(objectKey(entry.identity))) {
      const isIt = node.kind === entry.kind && this.#isFree(node.nodeId) && sameObject(node.identity, entry.identity);
      if (isIt && this.#isInNamespaceOf(node, seen)) return node;
    }
    return undefined;
  }

  #isInNamespaceOf(known: SyncedNode, { parentId }: LocalNode): boolean {
    const { mounts, synced, remote, local, rootId } = this.#input;
    if (mounts.isEmpty) return true;
    let mountId: NodeId | undefined;
    for (let folder: NodeId | undefined = parentId; folder !== undefined && mountId === undefined; ) {
      const decided: NodeId = this.#decided.get(folder) ?? folder;
      if (mounts.at(decided) !== undefined) mountId = decided;
      folder = local.tree.get(folder)?.parentId;
    }
    const there = remote.get(known.nodeId);
    const knownIn =
      mounts.rootAbove(synced, known.parentId) ?? (there && mounts.rootAbove(remote, there.parentId)) ?? rootId;
    return (mountId ?? rootId) === knownIn;
  }

  /**
   * Whether a file has two names because a move of it to its remote place was interrupted between making the second name and
   * removing the first. The move is finished by doing it again. The second name has changed the file's state, and where the first one
   * stands may not have been looked at since.
   */
  #isHalfMoved(node: LocalNode): boolean {
    const { local, remote } = this.#input;
    const there = remote.at({ parentId: this.#parentOf(node), name: node.name });
    if (there === undefined) return false;
    const isUndecided = this.#open.has(there.nodeId) || this.#decided.has(there.nodeId);
    const standing = this.#taken.get(there.nodeId) ?? (isUndecided ? undefined : local.tree.get(there.nodeId));
    return (
      standing !== undefined &&
      standing.nodeId !== node.nodeId &&
      sameObject(standing.entry.identity, node.entry.identity)
    );
  }

  /** The remote node at a new entry's place, when this device never synced it: both sides made it. */
  #adopted(node: LocalNode): NodeId | undefined {
    const { remote, synced } = this.#input;
    const there = remote.at({ parentId: this.#parentOf(node), name: node.name });
    const isFree = there !== undefined && !synced.has(there.nodeId) && this.#isFree(there.nodeId);
    return isFree && there.kind === node.kind ? there.nodeId : undefined;
  }

  #standsElsewhere(known: SyncedNode, { nodeId }: LocalNode): boolean {
    for (const other of this.#input.local.tree.keyed(objectKey(known.identity))) {
      if (other.nodeId !== nodeId && sameObject(other.entry.identity, known.identity)) return true;
    }
    return false;
  }
}

/** Synced nodes that were not seen on the disk, and whose absence proves nothing. */
export function findFrozen(input: Pick<IdentifyInput, 'local' | 'synced' | 'remote' | 'names'>): ReadonlySet<NodeId> {
  const { local, synced } = input;
  const frozen = new Set<NodeId>();
  const freeze = (node: SyncedNode): void => {
    if (local.tree.has(node.nodeId) || frozen.has(node.nodeId)) return;
    frozen.add(node.nodeId);
    for (const nodeId of synced.below(node.nodeId)) if (!local.tree.has(nodeId)) frozen.add(nodeId);
  };
  for (const folderId of local.unlisted) for (const node of synced.children(folderId)) freeze(node);
  for (const [folderId, names] of local.obstacles) {
    for (const name of names.keys()) {
      const node = synced.at({ parentId: folderId, name: remoteName(input, folderId, name) });
      if (node !== undefined) freeze(node);
    }
  }
  for (const entry of local.withoutNodes()) for (const node of wasObject(synced, entry)) freeze(node);
  return frozen;
}

function* wasObject(synced: SyncedTree, { identity }: LocalEntry): IterableIterator<SyncedNode> {
  for (const node of synced.keyed(objectKey(identity))) if (sameObject(node.identity, identity)) yield node;
}
