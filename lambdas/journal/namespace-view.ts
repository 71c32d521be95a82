import {
  assert,
  epochMs,
  type NodeId,
  nameKey,
  OPERATION_RESULT_MS,
  type OpId,
  type Role,
  rootNodeId,
} from '@syncline/protocol';
import {
  type Access,
  type JournalEntry,
  type NamespaceHead,
  type NamespaceStore,
  type NamespaceTransaction,
  NODE_KEYS_MAX,
  type Place,
  placeKey,
  type StoredNode,
  type StoredResult,
  type StoredRevision,
} from '../namespaces/namespace-store.ts';
import { resultItemKey } from '../namespaces/transaction-items.ts';
import { ANCESTORS_MAX } from './limits.ts';
import { entryOf, newWrites } from './namespace-writes.ts';
import { type Author, logicalBytesAdded, type NodeChange, trashBytesAdded } from './node-change.ts';
import { OwnNodes } from './own-nodes.ts';

/** What lies above a node: itself first, up to the child of the root. */
export type Ancestry =
  | { readonly kind: 'live'; readonly chain: readonly StoredNode[] }
  /** `folder` is the nearest one in the trash, the node itself included. */
  | { readonly kind: 'deleted'; readonly folder: StoredNode }
  | { readonly kind: 'unknown' }
  /** Nothing in the trash was met in the ANCESTORS_MAX nodes of `chain`; what lies above them was not looked at. */
  | { readonly kind: 'too_deep'; readonly chain: readonly StoredNode[] };

/**
 * A namespace as it was at one head, with the changes of this request on top of it.
 *
 * Everything is read after the head, and the transaction that is made of the changes is committed on the condition that the head
 * has not moved since; so whatever was read is still true at that moment, and decisions on it are serialisable. After its
 * transaction was committed a view stands for the new head, and the next operations may be decided on it without reading again.
 */
export class NamespaceView {
  /** What the account may do here. */
  readonly role: Role;
  readonly rootId: NodeId;
  readonly #namespaces: NamespaceStore;
  #head: NamespaceHead;
  /** Read from the store at this head; undefined stands for "there is none". */
  readonly #nodes = new Map<NodeId, StoredNode | undefined>();
  /** Which node stands where; the node itself is in `#nodes`, so that there is one truth about it. */
  readonly #places = new Map<string, NodeId | undefined>();
  readonly #own: OwnNodes;
  #writes = newWrites();

  constructor(dependencies: { readonly namespaces: NamespaceStore }, access: Access) {
    this.#namespaces = dependencies.namespaces;
    this.#head = access.head;
    this.role = access.role;
    this.rootId = rootNodeId(access.head.namespaceId);
    this.#own = new OwnNodes({ head: access.head, row: (nodeId) => this.#row(nodeId) });
  }

  /** The head with the changes of this view. */
  get head(): NamespaceHead {
    const { entries, bytesLogicalDelta, bytesRetainedDelta } = this.#writes;
    return {
      ...this.#head,
      seq: this.#head.seq + entries.length,
      bytesLogical: this.#head.bytesLogical + bytesLogicalDelta,
      bytesRetained: this.#head.bytesRetained + bytesRetainedDelta,
    };
  }

  /** How far the stored journal goes: the head without the changes of this view. */
  get storedSeq(): number {
    return this.#head.seq;
  }

  /** Reads what is not known yet, nodes and places at one time. */
  async load(nodeIds: Iterable<NodeId>, places: Iterable<Place> = []): Promise<void> {
    const newIds = [...new Set(nodeIds)].filter((id) => id !== this.rootId && !this.#nodes.has(id));
    const newPlaces = new Map([...places].map((place) => [placeKey(place), place]));
    for (const key of newPlaces.keys()) if (this.#places.has(key)) newPlaces.delete(key);
    await Promise.all([this.#loadNodes(newIds), this.#loadPlaces([...newPlaces.values()])]);
  }

  /** Reads everything above these nodes, one level at a time for all of them together. */
  async loadAncestors(nodeIds: Iterable<NodeId>): Promise<void> {
    let level = new Set(nodeIds);
    for (let depth = 0; depth < ANCESTORS_MAX && level.size > 0; depth++) {
      await this.load(level);
      const above = new Set<NodeId>();
      for (const id of level) {
        const parentId = this.#current(id)?.parentId;
        if (parentId !== undefined && parentId !== this.rootId) above.add(parentId);
      }
      level = above;
    }
  }

  /** A node of this namespace, live or deleted. What was purged is not there. */
  async node(nodeId: NodeId): Promise<StoredNode | undefined> {
    if (this.#own.isGroundRoot(nodeId)) return undefined;
    const node = await this.#row(nodeId);
    if (node === undefined || node.purgedAt !== undefined) return undefined;
    return (await this.#own.has(node)) ? node : undefined;
  }

  /** Whether a node is there that is of another namespace, whose rows lie with those of this one. */
  async isForeign(nodeId: NodeId): Promise<boolean> {
    const node = await this.#row(nodeId);
    return node !== undefined && !(await this.#own.has(node));
  }

  /** Whether a node has this id, or had it before it was purged. Roots have no rows, so theirs are asked for by themselves. */
  async isUsed(nodeId: NodeId): Promise<boolean> {
    if (nodeId === this.rootId || this.#own.isGroundRoot(nodeId)) return true;
    return (await this.#row(nodeId)) !== undefined;
  }

  /** The live node that stands at a place. */
  async place(place: Place): Promise<StoredNode | undefined> {
    const key = placeKey(place);
    if (!this.#places.has(key)) await this.load([], [place]);
    return this.#standing(key);
  }

  /** Walks from a node up to the root. The root itself is live, with nothing above it. */
  async ancestry(nodeId: NodeId): Promise<Ancestry> {
    const chain: StoredNode[] = [];
    let next = nodeId;
    if (nodeId !== this.rootId && (await this.node(nodeId)) === undefined) return { kind: 'unknown' };
    while (next !== this.rootId) {
      const node = await this.#row(next);
      // What a purge took along is gone with it, though its own row is still there.
      if (node === undefined || node.purgedAt !== undefined) return { kind: 'unknown' };
      if (node.deletedAt !== undefined) return { kind: 'deleted', folder: node };
      if (chain.length === ANCESTORS_MAX) return { kind: 'too_deep', chain };
      chain.push(node);
      next = node.parentId;
    }
    return { kind: 'live', chain };
  }

  /** Whether a node is another one or lies below it, be it in a folder that is in the trash. */
  async isBelow(nodeId: NodeId, folderId: NodeId): Promise<boolean> {
    let next = nodeId;
    for (let depth = 0; next !== folderId && depth < ANCESTORS_MAX; depth++) {
      const node = next === this.rootId ? undefined : await this.node(next);
      if (node === undefined) return false;
      next = node.parentId;
    }
    return next === folderId;
  }

  entriesAfter(seq: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.#namespaces.listEntries({ namespaceId: this.#head.namespaceId, after: seq, limit });
  }

  revision(nodeId: NodeId, rev: number): Promise<StoredRevision | undefined> {
    const own = this.#writes.revisions.find((revision) => revision.nodeId === nodeId && revision.rev === rev);
    if (own !== undefined) return Promise.resolve(own);
    return this.#namespaces.getRevision({ namespaceId: this.#head.namespaceId, nodeId, rev });
  }

  /** Adds a change, and answers its entry. Precondition: it was decided on this view. */
  apply(author: Author, opId: OpId, change: NodeChange): JournalEntry {
    const { before } = change;
    const seq = this.head.seq + 1;
    const isFolderDeleted = change.type === 'deleted' && change.after.kind === 'folder';
    const after = isFolderDeleted ? this.#beginFreeing(change.after, seq) : change.after;
    assert((before?.rev ?? 0) === (this.#current(after.nodeId)?.rev ?? 0), 'a change is made on the node as it is');
    assert(after.rev === (before?.rev ?? 0) + 1, 'every change makes the next revision');
    this.#own.forget();
    const entry = entryOf(author, { seq, opId, change });
    this.#writes.entries.push(entry);
    this.#writes.nodes.set(after.nodeId, after);
    this.#writePlaces(before, after);
    this.#writeTrash(change);
    this.#count({ ...(before === undefined ? {} : { before }), after });
    if (change.outOf !== undefined) this.#freeAnew(change.outOf, seq);
    if (change.revision !== undefined) {
      this.#writes.revisions.push(change.revision);
      this.#writes.bytesRetainedDelta += change.revision.size;
    }
    return entry;
  }

  keepResult(author: Author, opId: OpId, result: StoredResult): void {
    const { accountId, device } = author.caller;
    const { deviceId } = device;
    this.#writes.results.push({ accountId, deviceId, opId, result });
    this.#writes.resultItems.add(resultItemKey({ accountId, deviceId }, opId));
  }

  /** At least as many items as the transaction touches; told at once. */
  get itemsMost(): number {
    const { entries, nodes, revisions, places, trash, freeing, doomed, resultItems } = this.#writes;
    const isShared = this.#head.groundId !== undefined;
    const written = entries.length + nodes.size + revisions.length + places.size + trash.size * (isShared ? 2 : 1);
    return 1 + written + freeing.size + doomed.size + resultItems.size + (isShared ? 1 : 0);
  }

  /** All changes as one transaction on the head that was read; each item is touched once, however many operations met on it. */
  transaction(now: number): NamespaceTransaction {
    const writes = this.#writes;
    return {
      namespaceId: this.#head.namespaceId,
      ...this.#ofSharedFolder(),
      expectedSeq: this.#head.seq,
      epoch: this.#head.epoch,
      entries: writes.entries,
      bytesLogicalDelta: writes.bytesLogicalDelta,
      bytesRetainedDelta: writes.bytesRetainedDelta,
      ...(writes.bytesTrashDelta === 0 ? {} : { bytesTrashDelta: writes.bytesTrashDelta }),
      ...this.#room(),
      nodes: [...writes.nodes.values()].map((node) => this.#nodeChange(node)),
      revisions: writes.revisions,
      places: this.#placeChanges(),
      trash: [...writes.trash.values()],
      doomed: [...writes.doomed],
      dropped: [],
      ...(writes.freeing.size === 0 ? {} : { remainders: [...writes.freeing.values()] }),
      results: writes.results,
      resultsExpireAt: epochMs(now + OPERATION_RESULT_MS),
    };
  }

  /** The transaction was committed: what was written is what the store has now. */
  settle(): void {
    this.#head = this.head;
    for (const [nodeId, node] of this.#writes.nodes) this.#nodes.set(nodeId, node);
    for (const [key, { nodeId }] of this.#writes.places) this.#places.set(key, nodeId);
    this.#writes = newWrites();
  }

  /** Where the rows lie, and that nobody has lost the right to write since the role was read. */
  #ofSharedFolder(): Pick<NamespaceTransaction, 'accessRev' | 'groundId'> {
    const { groundId, accessRev = 0 } = this.#head;
    return groundId === undefined ? {} : { groundId, accessRev };
  }

  /** Where writers of several namespaces fill one quota, the head's sequence does not vouch for the bytes that were read with it. */
  #room(): Pick<NamespaceTransaction, 'roomBytes'> {
    const { groundId, isGround, quotaBytes } = this.#head;
    const added = this.#writes.bytesLogicalDelta - this.#writes.bytesReturned;
    const isAlone = groundId === undefined && isGround !== true;
    return isAlone || added <= 0 ? {} : { roomBytes: quotaBytes - added };
  }

  #nodeChange(node: StoredNode): NamespaceTransaction['nodes'][number] {
    const read = this.#nodes.get(node.nodeId);
    const expectedRev = read?.rev ?? 0;
    if (read?.freedBytes === undefined) return { node, expectedRev };
    const { freedBytes, freeingLeft } = read;
    return { node, expectedRev, expectedFreed: { freedBytes, freeingLeft } };
  }

  #count(change: Pick<NodeChange, 'before' | 'after'>): void {
    this.#writes.bytesLogicalDelta += logicalBytesAdded(change);
    this.#writes.bytesTrashDelta += trashBytesAdded(change);
  }

  /** A folder takes along into the trash whatever lies below it: how much that is, is found out in steps of its own. */
  #beginFreeing(folder: StoredNode, seq: number): StoredNode {
    const { nodeId } = folder;
    const { namespaceId, groundSeq = 0 } = this.#head;
    // A shared folder counts on from its ground, whose journal may have a deletion of this folder under the same sequence.
    const since = groundSeq + seq;
    this.#writes.freeing.set(nodeId, { kind: 'bytes', namespaceId, rootId: nodeId, nodeId, since });
    return { ...folder, freedSince: since, freedBytes: 0, freeingLeft: 1 };
  }

  /** Something comes out of a folder in the trash alone: all is counted as present again, and what is left is found out anew. No quota is asked for it. */
  #freeAnew(outOf: StoredNode, seq: number): void {
    const before = this.#current(outOf.nodeId) ?? outOf;
    const after = this.#beginFreeing(before, seq);
    this.#writes.nodes.set(after.nodeId, after);
    this.#count({ before, after });
    this.#writes.bytesReturned += before.freedBytes ?? 0;
  }

  async #row(nodeId: NodeId): Promise<StoredNode | undefined> {
    // Most are known: a request reads together what its operations name.
    if (!this.#nodes.has(nodeId)) await this.load([nodeId]);
    return this.#current(nodeId);
  }

  #current(nodeId: NodeId): StoredNode | undefined {
    return this.#writes.nodes.get(nodeId) ?? this.#nodes.get(nodeId);
  }

  #standing(key: string): StoredNode | undefined {
    const written = this.#writes.places.get(key);
    const nodeId = written === undefined ? this.#places.get(key) : written.nodeId;
    return nodeId === undefined ? undefined : this.#current(nodeId);
  }

  async #loadNodes(nodeIds: readonly NodeId[]): Promise<void> {
    for (const page of pagesOf(nodeIds)) {
      const found = await this.#namespaces.getNodes(this.#head.namespaceId, page);
      for (const nodeId of page) this.#nodes.set(nodeId, found.get(nodeId));
    }
  }

  async #loadPlaces(places: readonly Place[]): Promise<void> {
    for (const page of pagesOf(places)) {
      const found = await this.#namespaces.getPlaces(this.#head.namespaceId, page);
      for (const place of page) {
        const node = found.get(placeKey(place));
        this.#places.set(placeKey(place), node?.nodeId);
        if (node !== undefined && !this.#nodes.has(node.nodeId)) this.#nodes.set(node.nodeId, node);
      }
    }
  }

  #writePlaces(before: StoredNode | undefined, after: StoredNode): void {
    if (before !== undefined && before.deletedAt === undefined) {
      const place = placeOf(before);
      // A live node stands at its place: what was read there need not be read to be expected.
      if (!this.#places.has(placeKey(place)) && !this.#writes.places.has(placeKey(place))) {
        this.#places.set(placeKey(place), before.nodeId);
      }
      this.#writes.places.set(placeKey(place), { place });
    }
    if (after.deletedAt === undefined) {
      const place = placeOf(after);
      const standing = this.#standing(placeKey(place));
      assert(standing === undefined || standing.nodeId === after.nodeId, 'a node is put where nothing else stands');
      this.#writes.places.set(placeKey(place), { place, nodeId: after.nodeId });
    }
  }

  #writeTrash({ before, after, path }: NodeChange): void {
    const { trash } = this.#writes;
    // A mount that is gone is no file that anybody could bring back: its namespace is where it was.
    if (after.kind === 'mount') return;
    const isPurged = after.purgedAt !== undefined;
    if (before?.deletedAt !== undefined && (after.deletedAt === undefined || isPurged)) {
      const { deletedAt, nodeId } = before;
      trash.set(`${deletedAt}#${nodeId}`, { kind: 'leave', entry: { deletedAt, nodeId } });
    }
    if (before?.deletedAt === undefined && after.deletedAt !== undefined) {
      const { deletedAt, nodeId, name, parentId, kind, size } = after;
      assert(path !== undefined, 'the trash tells where a node stood');
      const entry = { deletedAt, nodeId, name, parentId, kind, path, size };
      trash.set(`${deletedAt}#${nodeId}`, { kind: 'enter', entry });
    }
    if (isPurged) this.#writes.doomed.add(after.nodeId);
  }

  /** Places that stand at the end as they were read are not written. */
  #placeChanges(): NamespaceTransaction['places'] {
    const changes: NamespaceTransaction['places'][number][] = [];
    for (const [key, { place, nodeId }] of this.#writes.places) {
      const expectedNodeId = this.#places.get(key);
      if (nodeId === undefined && expectedNodeId === undefined) continue;
      const node = nodeId === undefined ? undefined : this.#writes.nodes.get(nodeId);
      assert((node === undefined) === (nodeId === undefined), 'a node is written with its place');
      changes.push({
        place,
        ...(node === undefined ? {} : { node }),
        ...(expectedNodeId === undefined ? {} : { expectedNodeId }),
      });
    }
    return changes;
  }
}

export function placeOf(node: StoredNode): Place {
  return { parentId: node.parentId, nameKey: nameKey(node.name) };
}

function pagesOf<T>(keys: readonly T[]): readonly (readonly T[])[] {
  const pages: T[][] = [];
  for (let start = 0; start < keys.length; start += NODE_KEYS_MAX) pages.push(keys.slice(start, start + NODE_KEYS_MAX));
  return pages;
}
