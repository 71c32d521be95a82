import { type NodeId, nameDefect } from '@syncline/protocol';
import type { LocalNames } from './local-names.ts';
import { NodeTree, type Place } from './node-tree.ts';
import { type NamingInput, serviceName } from './service-name.ts';
import {
  type FolderListing,
  joinPath,
  type LocalEntry,
  type LocalNode,
  type LocalTree,
  type NodeIdSource,
  type ObstacleReason,
  parentPath,
  type RemoteTree,
  type SyncedTree,
  sameFolder,
  sameObject,
  sameState,
} from './trees.ts';

/** The disk in terms of nodes. */
export interface LocalView {
  readonly tree: LocalTree;
  /** Synced nodes that were not seen, and whose absence proves nothing: they stay as they are on both sides. */
  readonly frozen: ReadonlySet<NodeId>;
  /** What cannot be synced, by the folder that holds it. Its place is taken. */
  readonly obstacles: ReadonlyMap<NodeId, ReadonlyMap<string, LocalEntry>>;
}

/** Whether a folder holds something that cannot be synced. What is ignored goes where its folder goes. */
export function holdsObstacle({ obstacles }: LocalView, folderId: NodeId): boolean {
  for (const { obstacle } of obstacles.get(folderId)?.values() ?? []) if (obstacle !== 'ignored') return true;
  return false;
}

/** Folders that a listing showed: those that are new have to be listed as well. */
export interface ObservedFolders {
  readonly fresh: readonly string[];
  readonly known: readonly string[];
}

type Names = Map<NodeId, Map<string, LocalEntry>>;

/**
 * The disk as it was last seen. It is brought up to date by listings of single folders, so that a change costs what it
 * touches; everything on it has an id at any time, which `identifyLocal` decides for what is not settled.
 */
export class LocalDisk implements LocalView {
  readonly tree: LocalTree;
  readonly obstacles: Names = new Map<NodeId, Map<string, LocalEntry>>();
  frozen: ReadonlySet<NodeId> = new Set();
  /** Folders whose content could not be listed completely. */
  readonly unlisted = new Set<NodeId>();
  readonly #rootId: NodeId;
  readonly #naming: NamingInput;
  readonly #synced: SyncedTree;
  readonly #newNodeId: NodeIdSource;
  /** Second names of files that stand elsewhere too, because a move was interrupted between its halves. */
  readonly #secondNames: Names = new Map<NodeId, Map<string, LocalEntry>>();
  /** What lies below folders that cannot be synced, by the path of its folder: it only proves that nothing of it was deleted. */
  readonly #hidden = new Map<string, readonly LocalEntry[]>();
  readonly #hiddenRoots = new Set<string>();

  constructor(input: {
    readonly rootId: NodeId;
    readonly remote: RemoteTree;
    readonly synced: SyncedTree;
    readonly names: LocalNames;
    readonly newNodeId: NodeIdSource;
    readonly onTouch: (nodeId: NodeId) => void;
  }) {
    this.#rootId = input.rootId;
    this.#naming = input;
    this.#synced = input.synced;
    this.#newNodeId = input.newNodeId;
    this.tree = new NodeTree<LocalNode>({
      onTouch: input.onTouch,
      keyOf: (node) => (node.kind === 'folder' ? node.entry.identity.inode : undefined),
    });
  }

  /** Takes over what a folder was seen to hold. A folder that is not known is left to the listing of the folder that holds it. */
  apply(listing: FolderListing): ObservedFolders {
    const folderId = this.folderAt(listing.path);
    if (folderId === undefined) return this.#applyHidden(listing);
    if (listing.complete) this.unlisted.delete(folderId);
    else this.unlisted.add(folderId);
    const observed: { fresh: string[]; known: string[] } = { fresh: [], known: [] };
    const seen = new Set<string>();
    const known = this.#naming.names.isExact ? undefined : this.#byLocalName(folderId);
    for (const entry of listing.entries) {
      seen.add(entry.name);
      const before =
        known === undefined ? this.tree.at({ parentId: folderId, name: entry.name }) : known.get(entry.name);
      this.#see(entry, { folderId, before, observed });
    }
    for (const child of this.tree.children(folderId)) if (!seen.has(child.entry.name)) this.drop(child.nodeId);
    for (const name of this.obstacles.get(folderId)?.keys() ?? []) {
      if (!seen.has(name)) this.#clearObstacle(folderId, joinPath(listing.path, name));
    }
    for (const name of this.#secondNames.get(folderId)?.keys() ?? []) {
      if (!seen.has(name)) remove(this.#secondNames, folderId, name);
    }
    return observed;
  }

  /** The folder at a path; undefined when none is known there. */
  folderAt(path: string): NodeId | undefined {
    let folderId = this.#rootId;
    if (path === '') return folderId;
    for (const name of path.split('/')) {
      const node = this.childAt(folderId, name);
      if (node?.kind !== 'folder') return undefined;
      folderId = node.nodeId;
    }
    return folderId;
  }

  /** What a folder holds under a name on the disk. */
  childAt(folderId: NodeId, localName: string): LocalNode | undefined {
    const { names } = this.#naming;
    if (names.isExact) return this.tree.at({ parentId: folderId, name: localName });
    const node = this.tree.at({ parentId: folderId, name: names.toName(localName) });
    if (node?.entry.name === localName) return node;
    for (const child of this.tree.children(folderId)) if (child.entry.name === localName) return child;
    return undefined;
  }

  /** Whether a listing of this folder can be taken over. */
  knows(path: string): boolean {
    return this.folderAt(path) !== undefined || this.#hiddenRoot(path) !== undefined;
  }

  /** Everything that is seen and has no node, because it or a folder above it cannot be synced. */
  *withoutNodes(): IterableIterator<LocalEntry> {
    for (const names of this.obstacles.values()) yield* names.values();
    for (const entries of this.#hidden.values()) yield* entries;
  }

  /** Removes a node, and all below it, from what was seen. */
  drop(nodeId: NodeId): void {
    for (const below of [nodeId, ...this.tree.below(nodeId)]) {
      this.tree.remove(below);
      this.unlisted.delete(below);
      this.#secondNames.delete(below);
      for (const entry of this.obstacles.get(below)?.values() ?? []) this.#forgetHidden(entry.path);
      this.obstacles.delete(below);
    }
  }

  /**
   * Gives nodes other ids, all at once; what stands in a folder goes with it. Whoever has one of these ids and keeps no other gets
   * a new one: nothing that was seen is ever lost sight of.
   */
  rename(wanted: ReadonlyMap<NodeId, NodeId>): void {
    const ids = new Map(wanted);
    for (const after of wanted.values()) if (this.tree.has(after) && !ids.has(after)) ids.set(after, this.#newNodeId());
    const idOf = (nodeId: NodeId) => ids.get(nodeId) ?? nodeId;
    const moved: LocalNode[] = [];
    for (const [before, after] of ids) {
      const node = this.tree.get(before);
      if (node === undefined) continue;
      moved.push({ ...node, nodeId: after, parentId: idOf(node.parentId) });
      for (const child of before === after ? [] : this.tree.children(before)) {
        if (!ids.has(child.nodeId)) moved.push({ ...child, parentId: after });
      }
    }
    for (const before of ids.keys()) this.tree.remove(before);
    for (const node of moved) this.tree.set(node);
    const folders = new Map([...ids].filter(([before, after]) => before !== after));
    rekey(this.obstacles, folders);
    rekey(this.#secondNames, folders);
    for (const before of folders.keys()) {
      if (!this.unlisted.delete(before)) continue;
      this.unlisted.add(idOf(before));
    }
  }

  /** Takes a node for a second name of another one: it is no file of its own. */
  setSecondName(nodeId: NodeId): void {
    const node = this.tree.get(nodeId);
    if (node === undefined) return;
    this.drop(nodeId);
    put(this.#secondNames, node.parentId, node.entry);
  }

  /** Lets second names be nodes again, so that it is decided anew what they are. */
  openSecondNames(): void {
    for (const [parentId, names] of this.#secondNames) {
      this.#secondNames.delete(parentId);
      for (const entry of names.values()) {
        const name = this.#freeName(parentId, entry.name);
        if (name !== undefined) this.#insert({ parentId, name }, entry);
      }
    }
  }

  #byLocalName(folderId: NodeId): ReadonlyMap<string, LocalNode> {
    const known = new Map<string, LocalNode>();
    for (const child of this.tree.children(folderId)) known.set(child.entry.name, child);
    return known;
  }

  #see(
    entry: LocalEntry,
    at: {
      readonly folderId: NodeId;
      readonly before: LocalNode | undefined;
      readonly observed: { fresh: string[]; known: string[] };
    },
  ): void {
    const { folderId, before: known, observed } = at;
    const name = known?.name ?? this.#freeName(folderId, entry.name);
    if (entry.kind === 'obstacle' || name === undefined || nameDefect(name) !== undefined) {
      if (known !== undefined) this.drop(known.nodeId);
      this.#setObstacle(folderId, entry, observed);
      return;
    }
    this.#clearObstacle(folderId, entry.path);
    const second = this.#secondNames.get(folderId)?.get(entry.name);
    if (second !== undefined && sameState(second.identity, entry.identity)) return;
    remove(this.#secondNames, folderId, entry.name);
    const isSame =
      known?.kind === entry.kind && (known.kind === 'file' || sameFolder(known.entry.identity, entry.identity));
    if (known === undefined || !isSame) {
      if (known !== undefined) this.drop(known.nodeId);
      this.#insert({ parentId: folderId, name }, entry);
      if (entry.kind === 'folder') observed.fresh.push(entry.path);
      return;
    }
    if (entry.kind === 'folder') observed.known.push(entry.path);
    const isUnchanged = sameState(known.entry.identity, entry.identity) && known.executable === entry.executable;
    if (isUnchanged && (known.kind === 'file' || known.entry.path === entry.path)) return;
    this.tree.set({ ...known, entry, contentHash: entry.contentHash, executable: entry.executable });
  }

  /** Nearly everything is where it was when both sides agreed on it; the rest gets an id of its own until it is decided what it is. */
  #insert({ parentId, name }: Place, entry: LocalEntry): void {
    const { kind, executable, contentHash } = entry;
    if (kind === 'obstacle') return;
    const agreed = this.#synced.at({ parentId, name });
    const isAgreed =
      agreed?.kind === kind &&
      !this.tree.has(agreed.nodeId) &&
      (kind === 'file' || sameObject(agreed.identity, entry.identity));
    const nodeId = isAgreed ? agreed.nodeId : this.#newNodeId();
    const isUnchanged = isAgreed && sameState(agreed.identity, entry.identity);
    // One object for both trees, because there may be many.
    const kept = isUnchanged ? { ...entry, identity: agreed.identity } : entry;
    const known = isUnchanged ? agreed.contentHash : contentHash;
    this.tree.set({ nodeId, parentId, name, kind, entry: kept, contentHash: known, executable });
  }

  /**
   * Name at the service of an entry that is new here. Two entries can stand for one name, when somebody copies what stands under a
   * marked name; the second is then what the disk calls it, and what would still be a twin is none.
   */
  #freeName(parentId: NodeId, localName: string): string | undefined {
    const name = serviceName(this.#naming, parentId, localName);
    if (this.tree.at({ parentId, name }) === undefined) return name;
    return name === localName || this.tree.at({ parentId, name: localName }) !== undefined ? undefined : localName;
  }

  #setObstacle(folderId: NodeId, entry: LocalEntry, observed: { fresh: string[]; known: string[] }): void {
    const before = this.obstacles.get(folderId)?.get(entry.name);
    const isHiding = entry.kind === 'folder';
    if (!isHiding) this.#forgetHidden(entry.path);
    else if (this.#hiddenRoots.has(entry.path)) observed.known.push(entry.path);
    else observed.fresh.push(entry.path);
    if (isHiding) this.#hiddenRoots.add(entry.path);
    if (before !== undefined && sameState(before.identity, entry.identity) && before.obstacle === entry.obstacle)
      return;
    put(
      this.obstacles,
      folderId,
      entry.kind === 'obstacle' ? entry : { ...entry, kind: 'obstacle', obstacle: this.#whyRefused(folderId, entry) },
    );
  }

  #whyRefused(folderId: NodeId, { name }: LocalEntry): ObstacleReason {
    return this.#freeName(folderId, name) === undefined ? 'name-twin' : 'name-refused';
  }

  #clearObstacle(folderId: NodeId, path: string): void {
    if (!this.obstacles.has(folderId)) return;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (remove(this.obstacles, folderId, name)) this.#forgetHidden(path);
  }

  #applyHidden(listing: FolderListing): ObservedFolders {
    if (this.#hiddenRoot(listing.path) === undefined) return { fresh: [], known: [] };
    this.#hidden.set(listing.path, listing.entries);
    const folders = listing.entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.path);
    // All of it, each time: it is rare, and nothing else tells which of these folders were seen before.
    return { fresh: folders, known: [] };
  }

  #hiddenRoot(path: string): string | undefined {
    if (this.#hiddenRoots.size === 0) return undefined;
    for (let above = path; above !== ''; above = parentPath(above)) if (this.#hiddenRoots.has(above)) return above;
    return undefined;
  }

  #forgetHidden(root: string): void {
    if (!this.#hiddenRoots.delete(root)) return;
    for (const path of this.#hidden.keys()) {
      if (path === root || path.startsWith(`${root}/`)) this.#hidden.delete(path);
    }
  }
}

function put(names: Names, folderId: NodeId, entry: LocalEntry): void {
  let inFolder = names.get(folderId);
  if (inFolder === undefined) {
    inFolder = new Map<string, LocalEntry>();
    names.set(folderId, inFolder);
  }
  inFolder.set(entry.name, entry);
}

function remove(names: Names, folderId: NodeId, name: string): boolean {
  const inFolder = names.get(folderId);
  if (inFolder?.delete(name) !== true) return false;
  if (inFolder.size === 0) names.delete(folderId);
  return true;
}

function rekey(names: Names, ids: ReadonlyMap<NodeId, NodeId>): void {
  const moved = [...ids].flatMap(([before, after]) => {
    const inFolder = names.get(before);
    return inFolder === undefined ? [] : [{ before, after, inFolder }];
  });
  for (const { before } of moved) names.delete(before);
  for (const { after, inFolder } of moved) names.set(after, inFolder);
}
