import { type NodeId, nameDefect } from '@syncline/protocol';
import { NodeTree } from './node-tree.ts';
import {
  type LocalEntry,
  type LocalNode,
  type LocalScan,
  type LocalTree,
  type NodeIdSource,
  objectKey,
  type RemoteTree,
  type SyncedNode,
  type SyncedTree,
  sameObject,
  sameState,
} from './trees.ts';

/** The disk in terms of nodes. */
export interface LocalView {
  readonly tree: LocalTree;
  /** Synced nodes that were not seen, and whose absence proves nothing: they stay as they are on both sides. */
  readonly frozen: ReadonlySet<NodeId>;
  /** What cannot be synced, by the folder that holds it. Its place is taken. */
  readonly obstacles: Map<NodeId, ReadonlyMap<string, LocalEntry>>;
}

export interface MatchInput {
  readonly scan: LocalScan;
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
  readonly rootId: NodeId;
  readonly newNodeId: NodeIdSource;
}

/**
 * Finds for everything on the disk the node that it is.
 *
 * A file is the node that was synced at its place, so that editors which save by renaming keep the file's history; else the
 * synced node that it was renamed from; else the remote node of that place, when nobody here knew it yet; else a new one.
 * A folder is first the synced node that it was renamed from: nothing replaces a folder to save it.
 */
export function matchLocal(input: MatchInput): LocalView {
  return new Matching(input).run();
}

class Matching {
  readonly #input: MatchInput;
  readonly #tree: LocalTree = new NodeTree<LocalNode>();
  readonly #obstacles = new Map<NodeId, Map<string, LocalEntry>>();
  readonly #obstacleObjects = new Map<string, LocalEntry>();
  readonly #unlisted = new Set<NodeId>();
  /** Files without a node at their place: they are looked for elsewhere once all places are settled. */
  readonly #strangers: { readonly parentId: NodeId; readonly entry: LocalEntry }[] = [];
  readonly #folderObjects: ReadonlyMap<string, LocalEntry>;
  #syncedObjects: ReadonlyMap<string, readonly SyncedNode[]> | undefined;

  constructor(input: MatchInput) {
    this.#input = input;
    this.#folderObjects = indexFolders(input.scan);
  }

  run(): LocalView {
    const { rootId, scan } = this.#input;
    if (!scan.rootListed) this.#unlisted.add(rootId);
    const folders: { path: string; nodeId: NodeId | undefined }[] = [{ path: '', nodeId: rootId }];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const entry of scan.folders.get(folder.path) ?? []) {
        // What lies below a folder that cannot be synced has no node; it only proves that nothing of it was deleted.
        const nodeId = folder.nodeId === undefined ? this.#hide(entry) : this.#place(entry, folder.nodeId);
        if (entry.kind === 'folder') folders.push({ path: entry.path, nodeId });
      }
    }
    for (const stranger of this.#strangers) this.#settleStranger(stranger.entry, stranger.parentId);
    return { tree: this.#tree, frozen: this.#findFrozen(), obstacles: this.#obstacles };
  }

  #place(entry: LocalEntry, parentId: NodeId): NodeId | undefined {
    if (entry.kind === 'obstacle' || nameDefect(entry.name) !== undefined) {
      this.#addObstacle(
        entry.kind === 'obstacle' ? entry : { ...entry, kind: 'obstacle', obstacle: 'name-refused' },
        parentId,
      );
      return undefined;
    }
    if (entry.kind === 'folder') {
      const nodeId = this.#folderNodeId(entry, parentId);
      this.#add(nodeId, entry, parentId);
      if (!entry.listed) this.#unlisted.add(nodeId);
      return nodeId;
    }
    const known = this.#input.synced.at({ parentId, name: entry.name });
    if (known?.kind === 'file') this.#add(known.nodeId, entry, parentId);
    else this.#strangers.push({ parentId, entry });
    return known?.nodeId;
  }

  #folderNodeId(entry: LocalEntry, parentId: NodeId): NodeId {
    const known = this.#input.synced.at({ parentId, name: entry.name });
    const isFree = known?.kind === 'folder' && !this.#tree.has(known.nodeId);
    // Nearly every folder is where it was; only the others are worth an index of all objects.
    if (isFree && sameObject(known.identity, entry.identity)) return known.nodeId;
    const renamed = this.#syncedObject(entry);
    if (renamed !== undefined) return renamed.nodeId;
    if (isFree && !this.#standsElsewhere(known, entry)) return known.nodeId;
    return this.#adopted(entry, parentId) ?? this.#input.newNodeId();
  }

  #settleStranger(entry: LocalEntry, parentId: NodeId): void {
    if (this.#isHalfMoved(entry, parentId)) return;
    const nodeId = this.#syncedObject(entry)?.nodeId ?? this.#adopted(entry, parentId) ?? this.#input.newNodeId();
    this.#add(nodeId, entry, parentId);
  }

  /** The synced node that this very file or folder was when both sides agreed last, unless it was found already. */
  #syncedObject(entry: LocalEntry): SyncedNode | undefined {
    this.#syncedObjects ??= indexObjects(this.#input.synced);
    const candidates = this.#syncedObjects.get(objectKey(entry.identity)) ?? [];
    return candidates.find(
      (node) => node.kind === entry.kind && !this.#tree.has(node.nodeId) && sameObject(node.identity, entry.identity),
    );
  }

  /**
   * Whether a file has two names because a move of it to its remote place was interrupted between making the second name and
   * removing the first. The move is finished by doing it again.
   */
  #isHalfMoved(entry: LocalEntry, parentId: NodeId): boolean {
    const there = this.#input.remote.at({ parentId, name: entry.name });
    const here = there === undefined ? undefined : this.#tree.get(there.nodeId);
    return here !== undefined && sameState(here.entry.identity, entry.identity);
  }

  /** The remote node at a new entry's place, when this device never synced it: both sides made it. */
  #adopted(entry: LocalEntry, parentId: NodeId): NodeId | undefined {
    const { remote, synced } = this.#input;
    const node = remote.at({ parentId, name: entry.name });
    const free = node !== undefined && !synced.has(node.nodeId) && !this.#tree.has(node.nodeId);
    return free && node.kind === entry.kind ? node.nodeId : undefined;
  }

  #standsElsewhere(known: SyncedNode, entry: LocalEntry): boolean {
    const other = this.#folderObjects.get(objectKey(known.identity));
    return other !== undefined && other.path !== entry.path && sameObject(other.identity, known.identity);
  }

  #add(nodeId: NodeId, entry: LocalEntry, parentId: NodeId): void {
    const { kind, name, executable } = entry;
    if (kind === 'obstacle') return;
    const synced = this.#input.synced.get(nodeId);
    const unchanged = synced !== undefined && sameState(synced.identity, entry.identity);
    const contentHash = unchanged ? synced.contentHash : entry.contentHash;
    this.#tree.set({ nodeId, parentId, name, kind, entry, contentHash, executable });
  }

  #addObstacle(entry: LocalEntry, parentId: NodeId): void {
    let inFolder = this.#obstacles.get(parentId);
    if (inFolder === undefined) {
      inFolder = new Map<string, LocalEntry>();
      this.#obstacles.set(parentId, inFolder);
    }
    inFolder.set(entry.name, entry);
    this.#hide(entry);
  }

  #hide(entry: LocalEntry): undefined {
    this.#obstacleObjects.set(objectKey(entry.identity), entry);
  }

  #findFrozen(): ReadonlySet<NodeId> {
    const frozen = new Set<NodeId>();
    const { synced } = this.#input;
    const freeze = (node: SyncedNode): void => {
      if (this.#tree.has(node.nodeId) || frozen.has(node.nodeId)) return;
      frozen.add(node.nodeId);
      for (const nodeId of synced.below(node.nodeId)) if (!this.#tree.has(nodeId)) frozen.add(nodeId);
    };
    for (const folderId of this.#unlisted) for (const node of synced.children(folderId)) freeze(node);
    for (const [folderId, names] of this.#obstacles) {
      for (const name of names.keys()) {
        const node = synced.at({ parentId: folderId, name });
        if (node !== undefined) freeze(node);
      }
    }
    if (this.#obstacleObjects.size > 0) {
      for (const node of synced.nodes()) {
        const obstacle = this.#obstacleObjects.get(objectKey(node.identity));
        if (obstacle !== undefined && sameObject(obstacle.identity, node.identity)) freeze(node);
      }
    }
    return frozen;
  }
}

function indexObjects(synced: SyncedTree): ReadonlyMap<string, readonly SyncedNode[]> {
  const index = new Map<string, SyncedNode[]>();
  for (const node of synced.nodes()) {
    const key = objectKey(node.identity);
    const same = index.get(key);
    if (same === undefined) index.set(key, [node]);
    else same.push(node);
  }
  return index;
}

function indexFolders(scan: LocalScan): ReadonlyMap<string, LocalEntry> {
  const index = new Map<string, LocalEntry>();
  for (const entries of scan.folders.values()) {
    for (const entry of entries) if (entry.kind === 'folder') index.set(objectKey(entry.identity), entry);
  }
  return index;
}
