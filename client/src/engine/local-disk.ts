import { type NodeId, nameDefect } from '@syncline/protocol';
import type { LocalNames } from './local-names.ts';
import { NodeTree, type Place } from './node-tree.ts';
import { type NamingInput, remoteName } from './remote-name.ts';
import {
  type FolderListing,
  joinPath,
  type LocalEntry,
  type LocalNode,
  type LocalTree,
  localNameOf,
  type NodeIdSource,
  type ObstacleReason,
  objectKey,
  parentPath,
  type RemoteTree,
  type SeenEntry,
  type SyncedTree,
  sameFolder,
  sameObject,
  sameState,
  seenEntry,
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
  /** Those of the known ones that are not in the state that they were seen in. */
  readonly changed: readonly string[];
}

type Observing = { readonly [Which in keyof ObservedFolders]: string[] };

type Names<T> = Map<NodeId, Map<string, T>>;

/**
 * The disk as it was last seen. It is brought up to date by listings of single folders, so that a change costs what it
 * touches; everything on it has an id at any time, which `identifyLocal` decides for what is not settled.
 */
export class LocalDisk implements LocalView {
  readonly tree: LocalTree;
  readonly obstacles = new Map<NodeId, Map<string, LocalEntry>>();
  frozen: ReadonlySet<NodeId> = new Set();
  /** Folders whose content could not be listed completely. */
  readonly unlisted = new Set<NodeId>();
  readonly #rootId: NodeId;
  readonly #naming: NamingInput;
  readonly #synced: SyncedTree;
  readonly #newNodeId: NodeIdSource;
  /** Second names of files that stand elsewhere too, because a move was interrupted between its halves. */
  readonly #secondNames = new Map<NodeId, Map<string, LocalNode>>();
  /** What lies below folders that cannot be synced, by the path of its folder: it only proves that nothing of it was deleted. */
  readonly #hidden = new Map<string, readonly LocalEntry[]>();
  readonly #hiddenRoots = new Set<string>();
  #fresh = new Set<NodeId>();

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
      keyOf: (node) => (node.kind === 'folder' ? objectKey(node.entry.identity) : undefined),
    });
  }

  /** Takes over what a folder was seen to hold. A folder that is not known is left to the listing of the folder that holds it. */
  apply(listing: FolderListing): ObservedFolders {
    const folderId = this.folderAt(listing.path);
    if (folderId === undefined) return this.#applyHidden(listing);
    if (listing.complete) this.unlisted.delete(folderId);
    else this.unlisted.add(folderId);
    const observed: Observing = { fresh: [], known: [], changed: [] };
    const seen = new Set<string>();
    const known = this.#naming.names.isExact ? undefined : this.#byLocalName(folderId);
    for (const entry of listing.entries) {
      seen.add(entry.name);
      const before =
        known === undefined ? this.tree.at({ parentId: folderId, name: entry.name }) : known.get(entry.name);
      this.#see(entry, { folderId, before, observed });
    }
    for (const child of this.tree.children(folderId)) if (!seen.has(localNameOf(child))) this.drop(child.nodeId);
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
    if (node !== undefined && localNameOf(node) === localName) return node;
    for (const child of this.tree.children(folderId)) if (localNameOf(child) === localName) return child;
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

  /** The ids that were made up for what was seen since the last call: the first to decide about them may let them stand. */
  takeFresh(): ReadonlySet<NodeId> {
    const fresh = this.#fresh;
    this.#fresh = new Set();
    return fresh;
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
    const unlisted = [...folders.keys()].filter((before) => this.unlisted.delete(before));
    for (const before of unlisted) this.unlisted.add(idOf(before));
  }

  /** Takes a node for a second name of another one: it is no file of its own. */
  setSecondName(nodeId: NodeId): void {
    const node = this.tree.get(nodeId);
    if (node === undefined) return;
    this.drop(nodeId);
    put(this.#secondNames, node.parentId, { ...node, name: localNameOf(node) });
  }

  /** Lets second names be nodes again, so that it is decided anew what they are. */
  openSecondNames(): void {
    for (const [parentId, names] of this.#secondNames) {
      this.#secondNames.delete(parentId);
      for (const { name: localName, executable, entry } of names.values()) {
        const name = this.#freeName(parentId, localName);
        if (name !== undefined) this.#insert({ parentId, name }, { ...entry, name: localName, executable });
      }
    }
  }

  #byLocalName(folderId: NodeId): ReadonlyMap<string, LocalNode> {
    const known = new Map<string, LocalNode>();
    for (const child of this.tree.children(folderId)) known.set(localNameOf(child), child);
    return known;
  }

  #see(
    entry: LocalEntry,
    at: {
      readonly folderId: NodeId;
      readonly before: LocalNode | undefined;
      readonly observed: Observing;
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
    if (known === undefined && second !== undefined && sameState(second.entry.identity, entry.identity)) return;
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
    if (sameState(known.entry.identity, entry.identity) && known.executable === entry.executable) return;
    if (entry.kind === 'folder') observed.changed.push(entry.path);
    const { contentHash, executable } = entry;
    this.tree.set({ ...known, entry: seenEntry(entry), contentHash, executable });
  }

  /** Nearly everything is where it was when both sides agreed on it; the rest gets an id of its own until it is decided what it is. */
  #insert({ parentId, name }: Place, entry: SeenEntry & Pick<LocalEntry, 'name' | 'executable'>): void {
    const { kind, executable, contentHash } = entry;
    if (kind === 'obstacle') return;
    const agreed = this.#synced.at({ parentId, name });
    const isAgreed =
      agreed?.kind === kind &&
      !this.tree.has(agreed.nodeId) &&
      (kind === 'file' || sameObject(agreed.identity, entry.identity));
    const nodeId = isAgreed ? agreed.nodeId : this.#newNodeId();
    if (!isAgreed) this.#fresh.add(nodeId);
    const isUnchanged = isAgreed && sameState(agreed.identity, entry.identity);
    // The same objects in both trees, because there may be many.
    this.tree.set({
      nodeId,
      parentId: isUnchanged ? agreed.parentId : parentId,
      name: isUnchanged ? agreed.name : name,
      kind,
      entry: isUnchanged ? seenEntry({ ...entry, identity: agreed.identity }) : seenEntry(entry),
      contentHash: isUnchanged ? agreed.contentHash : contentHash,
      executable,
      ...(entry.name === name ? {} : { localName: entry.name }),
    });
  }

  /**
   * Name at the service of an entry that is new here. Two entries can stand for one name, when somebody copies what stands under a
   * marked name; the second is then what the disk calls it, and what would still be a twin is none.
   */
  #freeName(parentId: NodeId, localName: string): string | undefined {
    const name = remoteName(this.#naming, parentId, localName);
    if (this.tree.at({ parentId, name }) === undefined) return name;
    return name === localName || this.tree.at({ parentId, name: localName }) !== undefined ? undefined : localName;
  }

  #setObstacle(folderId: NodeId, entry: LocalEntry, observed: Observing): void {
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
    if (this.#hiddenRoot(listing.path) === undefined) return { fresh: [], known: [], changed: [] };
    this.#hidden.set(listing.path, listing.entries);
    const folders = listing.entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.path);
    // All of it, each time: it is rare, and nothing else tells which of these folders were seen before.
    return { fresh: folders, known: [], changed: [] };
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

function put<T extends { readonly name: string }>(names: Names<T>, folderId: NodeId, entry: T): void {
  const inFolder = names.get(folderId);
  if (inFolder === undefined) names.set(folderId, new Map([[entry.name, entry]]));
  else inFolder.set(entry.name, entry);
}

function remove<T>(names: Names<T>, folderId: NodeId, name: string): boolean {
  const inFolder = names.get(folderId);
  if (inFolder?.delete(name) !== true) return false;
  if (inFolder.size === 0) names.delete(folderId);
  return true;
}

function rekey<T>(names: Names<T>, ids: ReadonlyMap<NodeId, NodeId>): void {
  const moved = [...ids].flatMap(([before, after]) => {
    const inFolder = names.get(before);
    return inFolder === undefined ? [] : [{ before, after, inFolder }];
  });
  for (const { before } of moved) names.delete(before);
  for (const { after, inFolder } of moved) names.set(after, inFolder);
}
