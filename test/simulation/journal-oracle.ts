import { DEPTH_MAX, type NamespaceId, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import type { JournalEntry, NamespaceTransaction, StoredRevision } from '../../lambdas/namespaces/namespace-store.ts';
import { toWireNode } from '../../lambdas/namespaces/wire-node.ts';
import type { ContentLedger } from './content-ledger.ts';
import type { Stage } from './stage.ts';

/** What a tree has at a path: the text of a file and whether it can be run; a folder has neither. */
export interface TreeEntry {
  readonly text: string | undefined;
  readonly executable: boolean;
}
export type Tree = ReadonlyMap<string, TreeEntry>;

/** A file that a delete takes along. */
export interface DoomedFile {
  readonly node: Node;
  readonly path: string;
  readonly text: string;
}

/**
 * One namespace as its journal tells it, entry by entry: the simplest thing that the tables of the service can be compared with.
 * Every transaction is checked when it is applied.
 */
export class JournalOracle {
  readonly namespaceId: NamespaceId;
  readonly entries: JournalEntry[] = [];
  readonly nodes = new Map<NodeId, Node>();
  readonly revisions: StoredRevision[] = [];
  /** Told of a delete before it is taken over. */
  onDelete: (entry: JournalEntry) => void = () => undefined;
  readonly #stage: Stage;
  readonly #ledger: ContentLedger;
  readonly #rootId: NodeId;
  /** Live nodes by place. */
  readonly #places = new Map<string, NodeId>();
  readonly #operations = new Set<string>();
  #tree: { readonly seq: number; readonly tree: Tree } | undefined;

  constructor(stage: Stage, ledger: ContentLedger, namespaceId: NamespaceId) {
    this.#stage = stage;
    this.#ledger = ledger;
    this.namespaceId = namespaceId;
    this.#rootId = rootNodeId(namespaceId);
  }

  /** Takes over a transaction that the store has applied. */
  apply(transaction: NamespaceTransaction): void {
    for (const revision of transaction.revisions) this.#keepRevision(revision);
    for (const entry of transaction.entries) this.#append(entry);
    // What is purged is removed in steps, of which no journal tells.
    for (const { node } of transaction.entries.length === 0 ? [] : transaction.nodes) {
      const folded = this.nodes.get(node.nodeId);
      const isSame = JSON.stringify(folded) === JSON.stringify(toWireNode(node));
      this.#stage.check(
        isSame,
        'I-5',
        () => `the table has ${JSON.stringify(node)}, the journal ${JSON.stringify(folded)}`,
      );
    }
  }

  /** Takes over an entry that tells of members, and changes no node. */
  noteMember(entry: JournalEntry): void {
    const isNext = entry.seq === this.entries.length + 1;
    this.#stage.check(
      isNext,
      'I-4',
      () => `entry ${entry.seq} (${entry.type}) stands behind entry ${this.entries.length}`,
    );
    this.entries.push(entry);
  }

  /** Gives away all that lies below a folder, deleted or not: it belongs to another namespace. */
  release(folderId: NodeId): readonly Node[] {
    const released = [...this.nodes.values()].filter(
      (node) => node.nodeId !== folderId && this.#isBelow(node, folderId),
    );
    for (const node of released) {
      this.nodes.delete(node.nodeId);
      if (node.deletedAt === undefined) this.#places.delete(placeOf(node));
    }
    this.#tree = undefined;
    return released;
  }

  /** Takes over what another namespace has released. */
  adopt(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.nodes.set(node.nodeId, node);
      if (node.deletedAt === undefined) this.#places.set(placeOf(node), node.nodeId);
    }
    this.#tree = undefined;
  }

  /** The ids of a deleted node and of all that went with it. What had been deleted before is an entry of the trash by itself, with what lies in it. */
  deletedWith(nodeId: NodeId): ReadonlySet<NodeId> {
    return new Set([
      nodeId,
      ...[...this.nodes.values()].filter((node) => this.#wentWith(node, nodeId)).map((node) => node.nodeId),
    ]);
  }

  #wentWith(node: Node, folderId: NodeId): boolean {
    let above: Node | undefined = node;
    for (let depth = 0; above !== undefined && above.deletedAt === undefined && depth <= this.nodes.size; depth++) {
      if (above.parentId === folderId) return true;
      above = this.nodes.get(above.parentId);
    }
    return false;
  }

  #isBelow(node: Node, folderId: NodeId): boolean {
    let above: Node | undefined = node;
    for (let depth = 0; above !== undefined && depth <= this.nodes.size; depth++) {
      if (above.parentId === folderId) return true;
      above = this.nodes.get(above.parentId);
    }
    return false;
  }

  isLive(nodeId: NodeId): boolean {
    return this.pathOf(nodeId) !== undefined;
  }

  /** Path of a live node; undefined when it, or a folder above it, is deleted. */
  pathOf(nodeId: NodeId): string | undefined {
    const names: string[] = [];
    for (let id = nodeId; id !== this.#rootId; ) {
      const node = this.nodes.get(id);
      if (node === undefined || node.deletedAt !== undefined || names.length > this.nodes.size) return undefined;
      names.push(node.name);
      id = node.parentId;
    }
    return names.toReversed().join('/');
  }

  /** All live nodes by path. Costs nothing while nothing changes. */
  tree(): Tree {
    if (this.#tree?.seq === this.entries.length) return this.#tree.tree;
    const tree = new Map<string, TreeEntry>();
    for (const node of this.nodes.values()) {
      const path = node.deletedAt === undefined ? this.pathOf(node.nodeId) : undefined;
      if (path === undefined) continue;
      tree.set(path, { text: this.#textOf(node), executable: node.executable ?? false });
    }
    this.#tree = { seq: this.entries.length, tree };
    return tree;
  }

  /** Whether a live file has this content, other than those that are about to go. */
  hasLiveContent(text: string, doomed: ReadonlySet<NodeId>): boolean {
    for (const node of this.nodes.values()) {
      if (doomed.has(node.nodeId)) continue;
      if (node.deletedAt === undefined && this.#textOf(node) === text && this.isLive(node.nodeId)) return true;
    }
    return false;
  }

  /** Whether a file has ever had this content, live or not, other than those that are about to go. */
  hadContent(text: string, doomed: ReadonlySet<NodeId>): boolean {
    return this.revisions.some(
      ({ nodeId, contentHash }) => !doomed.has(nodeId) && this.#ledger.textOf(contentHash) === text,
    );
  }

  /** The live files at and below a node. */
  filesBelow(nodeId: NodeId): readonly DoomedFile[] {
    const files: DoomedFile[] = [];
    const root = this.pathOf(nodeId);
    if (root === undefined) return files;
    for (const node of this.nodes.values()) {
      const path = node.kind === 'file' && node.deletedAt === undefined ? this.pathOf(node.nodeId) : undefined;
      if (path === undefined || !(path === root || path.startsWith(`${root}/`))) continue;
      files.push({ node, path, text: this.#textOf(node) ?? '' });
    }
    return files;
  }

  #textOf(node: Node): string | undefined {
    return node.contentHash === undefined ? undefined : this.#ledger.textOf(node.contentHash);
  }

  #keepRevision(revision: StoredRevision): void {
    this.revisions.push(revision);
    const text = this.#ledger.committed(revision.contentHash);
    this.#stage.check(
      text !== undefined,
      'I-7',
      () => `a revision has a content that nobody wrote: ${JSON.stringify(revision)}`,
    );
  }

  #append(appended: JournalEntry): void {
    const node = toWireNode(appended.node);
    const entry = { ...appended, node };
    const before = this.nodes.get(node.nodeId);
    const at = `entry ${entry.seq} (${entry.type} ${node.name})`;
    this.#stage.check(
      entry.seq === this.entries.length + 1,
      'I-4',
      () => `${at} stands behind entry ${this.entries.length}`,
    );
    this.#stage.check(
      node.rev === (before?.rev ?? 0) + 1,
      'I-6',
      () => `${at} makes revision ${node.rev} of ${before?.rev ?? 0}`,
    );
    const operation = `${entry.deviceId}/${entry.opId}`;
    this.#stage.check(!this.#operations.has(operation), 'I-8', () => `${at} repeats operation ${operation}`);
    this.#operations.add(operation);
    if (entry.type === 'deleted') this.onDelete(entry);
    this.entries.push(entry);
    if (before !== undefined && before.deletedAt === undefined) this.#places.delete(placeOf(before));
    this.nodes.set(node.nodeId, node);
    if (node.deletedAt !== undefined) return;
    const occupant = this.#places.get(placeOf(node));
    this.#stage.check(occupant === undefined, 'I-9', () => `${at} stands where ${occupant} stands`);
    this.#places.set(placeOf(node), node.nodeId);
    const path = this.pathOf(node.nodeId);
    this.#stage.check(path !== undefined, 'I-9', () => `${at} hangs on nothing that lives`);
    const depth = path?.split('/').length ?? 0;
    this.#stage.check(depth <= 2 * DEPTH_MAX, 'I-9', () => `${at} stands ${depth} deep`);
  }
}

function placeOf(node: Node): string {
  return `${node.parentId}/${node.name}`;
}
