import type { NodeId, TrashEntry } from '@syncline/protocol';
import { roundUpToSecond } from '../runtime/expiry.ts';
import type {
  ExpiryProgress,
  JournalEntry,
  NamespaceHead,
  NamespaceTransaction,
  StoredNode,
  StoredRevision,
  TrashKey,
} from './namespace-store.ts';
import { toWireNode } from './wire-node.ts';

/** A namespace in memory. One that was made from a folder has the rows of its ground. */
export interface MemoryNamespace {
  head: NamespaceHead;
  readonly nodes: Map<NodeId, StoredNode>;
  /** Folder → name key → the node that stands there. */
  readonly folders: Map<NodeId, Map<string, StoredNode>>;
  /** Node → revision number → content. */
  readonly revisions: Map<NodeId, Map<number, StoredRevision>>;
  /** The entry with sequence s stands at index s - 1. */
  readonly entries: JournalEntry[];
  /** By `trashKey`. */
  readonly trash: Map<string, TrashEntry>;
  expiry: ExpiryProgress;
}

/** Whether every row that a transaction writes is as it expects it. */
export function areRowsAsExpected(namespace: MemoryNamespace, transaction: NamespaceTransaction): boolean {
  const { nodes, folders, revisions } = namespace;
  return (
    areNodesAsExpected(nodes, transaction) &&
    transaction.revisions.every(({ nodeId, rev }) => revisions.get(nodeId)?.has(rev) !== true) &&
    transaction.dropped.every(({ nodeId, rev }) => {
      const revision = revisions.get(nodeId)?.get(rev);
      if (revision === undefined || transaction.settling !== undefined) return revision !== undefined;
      return revision.label === undefined && revision.kept === undefined;
    }) &&
    transaction.places.every(
      ({ place, expectedNodeId }) => folders.get(place.parentId)?.get(place.nameKey)?.nodeId === expectedNodeId,
    )
  );
}

function areNodesAsExpected(
  nodes: ReadonlyMap<NodeId, StoredNode>,
  { nodes: written, settling }: NamespaceTransaction,
): boolean {
  const freed = settling?.freed;
  const folder = freed === undefined ? undefined : nodes.get(freed.nodeId);
  return (
    (freed === undefined || (folder?.rev === freed.rev && folder.freedSince === freed.since)) &&
    (settling?.removed ?? []).every(({ nodeId, rev }) => nodes.get(nodeId)?.rev === rev) &&
    written.every(({ node: { nodeId }, expectedRev, expectedFreed }) => {
      const found = nodes.get(nodeId);
      const isFreed =
        expectedFreed === undefined ||
        (found?.freedBytes === expectedFreed.freedBytes && found.freeingLeft === expectedFreed.freeingLeft);
      return (found?.rev ?? 0) === expectedRev && isFreed;
    })
  );
}

function addFreed({ nodes }: MemoryNamespace, { settling }: NamespaceTransaction): void {
  if (settling?.freed === undefined) return;
  const { nodeId, bytes, left } = settling.freed;
  const folder = nodes.get(nodeId);
  if (folder === undefined) return;
  const { freedBytes = 0, freeingLeft = 0 } = folder;
  nodes.set(nodeId, { ...folder, freedBytes: freedBytes + bytes, freeingLeft: freeingLeft + left });
}

/** Precondition: everything is as the transaction expects, so that nothing here can refuse. */
export function applyTransaction(namespace: MemoryNamespace, transaction: NamespaceTransaction): void {
  const { head } = namespace;
  namespace.head = { ...head, seq: head.seq + transaction.entries.length };
  for (const entry of transaction.entries) {
    namespace.entries.push({ ...entry, node: toWireNode(entry.node), expiresAt: roundUpToSecond(entry.expiresAt) });
  }
  for (const { node } of transaction.nodes) namespace.nodes.set(node.nodeId, node);
  for (const revision of transaction.revisions) {
    entryOf(namespace.revisions, revision.nodeId).set(revision.rev, revision);
  }
  for (const { place, node } of transaction.places) {
    const folder = entryOf(namespace.folders, place.parentId);
    if (node === undefined) folder.delete(place.nameKey);
    else folder.set(place.nameKey, node);
  }
  for (const change of transaction.trash) {
    if (change.kind === 'enter') namespace.trash.set(trashKey(change.entry), change.entry);
    else namespace.trash.delete(trashKey(change.entry));
  }
  for (const { nodeId } of transaction.settling?.removed ?? []) namespace.nodes.delete(nodeId);
  addFreed(namespace, transaction);
  for (const { nodeId, rev } of transaction.dropped) namespace.revisions.get(nodeId)?.delete(rev);
}

function entryOf<Key, Inner, Value>(maps: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const found = maps.get(key) ?? new Map<Inner, Value>();
  maps.set(key, found);
  return found;
}

export function trashKey({ deletedAt, nodeId }: TrashKey): string {
  return `${deletedAt}#${nodeId}`;
}
