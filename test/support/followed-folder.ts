import { assert, type ChangeType, type Node, type NodeId } from '@syncline/protocol';

interface Place {
  readonly parentId: NodeId;
  readonly isDeleted: boolean;
  readonly isPurged: boolean;
  readonly isMount: boolean;
}

/** A tree as whoever makes its changes knows it, one change after the other. */
export class KnownTree {
  readonly rootId: NodeId;
  readonly #places = new Map<NodeId, Place>();

  constructor(rootId: NodeId) {
    this.rootId = rootId;
  }

  /** A node and all above it, itself first. */
  chain(nodeId: NodeId): readonly NodeId[] {
    const chain: NodeId[] = [];
    for (let next = nodeId; next !== this.rootId; next = this.#place(next).parentId) chain.push(next);
    return chain;
  }

  /** The nearest that is so, of a node and all above it. */
  find(nodeId: NodeId, state: 'isDeleted' | 'isPurged' | 'isMount'): NodeId | undefined {
    return this.chain(nodeId).find((above) => this.#place(above)[state]);
  }

  has(nodeId: NodeId): boolean {
    return this.#places.has(nodeId);
  }

  /** Makes a change, and answers all that it was at or below, before or after. */
  change(node: Node, type: ChangeType): ReadonlySet<NodeId> {
    const before = this.has(node.nodeId) ? this.chain(node.nodeId) : [];
    const { nodeId, parentId, deletedAt, kind } = node;
    const isPurged = type === 'purged';
    this.#places.set(nodeId, { parentId, isDeleted: deletedAt !== undefined, isPurged, isMount: kind === 'mount' });
    return new Set([...before, ...this.chain(nodeId)]);
  }

  #place(nodeId: NodeId): Place {
    const place = this.#places.get(nodeId);
    assert(place !== undefined, 'what is asked for was told');
    return place;
  }
}

export type Standing = 'live' | 'trashed' | 'gone' | 'shared';

/** What the receiver of a folder must be told, and what it may be told. */
export class FollowedFolder {
  readonly folderId: NodeId;
  readonly #tree: KnownTree;
  /** Changes at or below the folder while it is followed. */
  readonly #own: number[] = [];
  /** Changes by which it came into the trash, or back, or went for good. */
  readonly #turns: number[] = [];
  #standing: Standing = 'live';
  #known: Standing = 'live';
  #knownAt = 0;

  constructor(tree: KnownTree, folderId: NodeId) {
    this.folderId = folderId;
    this.#tree = tree;
  }

  /** What is gone for good or shared stays so, whatever happens above it. */
  standing(): Standing {
    const tree = this.#tree;
    if (this.#standing === 'gone' || this.#standing === 'shared') return this.#standing;
    if (tree.find(this.folderId, 'isMount') !== undefined) return 'shared';
    const deleted = tree.find(this.folderId, 'isDeleted');
    if (deleted === undefined) return 'live';
    // What was purged was deleted before. Whatever lies in the trash by itself comes back without what is above it.
    return deleted === tree.find(this.folderId, 'isPurged') ? 'gone' : 'trashed';
  }

  /** Something has changed, under this sequence. */
  see(seq: number, touched: ReadonlySet<NodeId>): void {
    const before = this.#standing;
    if (before === 'shared' || before === 'gone') return;
    this.#standing = this.standing();
    if (touched.has(this.folderId)) this.#own.push(seq);
    if (before !== this.#standing) this.#turns.push(seq);
  }

  /** How far messages must reach when everything is delivered. Where the folder is counts by what it was the last time. */
  settle(): number {
    const turn = this.#turns.find((seq) => seq > this.#knownAt) ?? 0;
    const due = Math.max(this.#own.at(-1) ?? 0, this.#known === this.#standing ? 0 : turn);
    this.#known = this.#standing;
    this.#knownAt = Math.max(this.#knownAt, this.#turns.at(-1) ?? 0);
    return due;
  }

  /** Whether something between two sequences is to be told. */
  hasReason(after: number, upTo: number): boolean {
    return [...this.#own, ...this.#turns].some((seq) => seq > after && seq <= upTo);
  }
}
