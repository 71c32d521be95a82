import { assert, type OpId, splitOpId } from '@syncline/protocol';
import type { DeviceKey } from '../accounts/account-store.ts';
import { type Remainder, remainderKey } from '../remainders/remainder.ts';
import {
  contentKey,
  type NamespaceTransaction,
  placeKey,
  RESULTS_PER_ITEM,
  TRANSACTION_ITEMS_MAX,
} from './namespace-store.ts';

/** Items of a change of sharing: a head or its count, a member, a mount, an invitation, a bar, an entry of a journal. */
const SHARING_ITEMS_MAX = 6;

/** Items of a store that a transaction touches; at most TRANSACTION_ITEMS_MAX may be committed together. */
export function countTransactionItems(transaction: NamespaceTransaction): number {
  const resultItems = new Set(transaction.results.map((result) => resultItemKey(result, result.opId)));
  return (
    1 +
    transaction.entries.length +
    transaction.nodes.length +
    transaction.revisions.length +
    transaction.places.length +
    transaction.trash.length +
    (transaction.groundId === undefined ? 0 : transaction.trash.filter(({ kind }) => kind === 'leave').length) +
    transaction.dropped.length +
    remaindersOf(transaction).length +
    countSettlingItems(transaction) +
    resultItems.size +
    (transaction.groundId === undefined ? 0 : 1) +
    (transaction.sharing === undefined ? 0 : SHARING_ITEMS_MAX)
  );
}

/** All that a transaction leaves to be done. */
export function remaindersOf(transaction: NamespaceTransaction): readonly Remainder[] {
  const { doomed, dropped, remainders = [], settling } = transaction;
  // A step may be one of the ground, at what a shared folder has left.
  const namespaceId = settling?.remainder.namespaceId ?? transaction.namespaceId;
  const droppedIds = [...new Set(dropped.map(({ nodeId }) => nodeId))];
  return [
    ...doomed.map((nodeId) => ({ kind: 'doomed' as const, namespaceId, rootId: nodeId, nodeId })),
    ...droppedIds.map((nodeId) => ({ kind: 'dropped' as const, namespaceId, nodeId })),
    ...remainders,
    ...(settling?.below ?? []),
  ];
}

function countSettlingItems({ settling }: NamespaceTransaction): number {
  if (settling === undefined) return 0;
  return settling.removed.length + (settling.outcome === 'going' ? 0 : 1) + (settling.freed === undefined ? 0 : 1);
}

/** The item that holds the result of an operation: RESULTS_PER_ITEM results of one batch share it. */
export function resultItemKey({ accountId, deviceId }: DeviceKey, opId: OpId): string {
  const { batch, index } = splitOpId(opId);
  return `${accountId}/${deviceId}/${batch}#${Math.floor(index / RESULTS_PER_ITEM)}`;
}

/** @throws InvariantError when the transaction breaks a precondition of NamespaceStore.commit. */
export function assertTransaction(transaction: NamespaceTransaction): void {
  assert(countTransactionItems(transaction) <= TRANSACTION_ITEMS_MAX, 'a transaction is within the limit of items');
  const { namespaceId, entries, nodes, revisions, places, trash, dropped, results } = transaction;
  entries.forEach((entry, index) => {
    assert(entry.namespaceId === namespaceId, 'an entry belongs to the namespace of its transaction');
    assert(entry.seq === transaction.expectedSeq + 1 + index, 'entries are numbered on from the head');
  });
  for (const { node } of nodes) assert(node.namespaceId === namespaceId, 'a node belongs to its transaction');
  for (const revision of revisions)
    assert(revision.namespaceId === namespaceId, 'a revision belongs to its transaction');
  assertDistinct(nodes.map(({ node }) => node.nodeId));
  assertDistinct([...revisions, ...dropped].map(contentKey));
  assertDistinct(places.map(({ place }) => placeKey(place)));
  assertDistinct(trash.map(({ entry: { deletedAt, nodeId } }) => `${deletedAt}/${nodeId}`));
  assertDistinct(remaindersOf(transaction).map(remainderKey));
  assertDistinct(results.map(({ accountId, deviceId, opId }) => `${accountId}/${deviceId}/${opId}`));
}

function assertDistinct(keys: readonly string[]): void {
  assert(new Set(keys).size === keys.length, 'no two changes of a transaction touch one item');
}
