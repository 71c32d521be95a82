import { assert, type OpId, splitOpId } from '@syncline/protocol';
import type { DeviceKey } from '../accounts/account-store.ts';
import {
  contentKey,
  type NamespaceTransaction,
  placeKey,
  RESULTS_PER_ITEM,
  TRANSACTION_ITEMS_MAX,
} from './namespace-store.ts';

/** Items of a change of sharing: a head or its count, a member, a mount, an invitation, a bar. */
const SHARING_ITEMS_MAX = 5;

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
    transaction.doomed.length +
    transaction.dropped.length +
    new Set(transaction.dropped.map(({ nodeId }) => nodeId)).size +
    resultItems.size +
    (transaction.groundId === undefined ? 0 : 1) +
    (transaction.sharing === undefined ? 0 : SHARING_ITEMS_MAX)
  );
}

/** The item that holds the result of an operation: RESULTS_PER_ITEM results of one batch share it. */
export function resultItemKey({ accountId, deviceId }: DeviceKey, opId: OpId): string {
  const { batch, index } = splitOpId(opId);
  return `${accountId}/${deviceId}/${batch}#${Math.floor(index / RESULTS_PER_ITEM)}`;
}

/** @throws InvariantError when the transaction breaks a precondition of NamespaceStore.commit. */
export function assertTransaction(transaction: NamespaceTransaction): void {
  assert(countTransactionItems(transaction) <= TRANSACTION_ITEMS_MAX, 'a transaction is within the limit of items');
  const { namespaceId, entries, nodes, revisions, places, trash, doomed, dropped, results } = transaction;
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
  assertDistinct(doomed);
  assertDistinct(results.map(({ accountId, deviceId, opId }) => `${accountId}/${deviceId}/${opId}`));
}

function assertDistinct(keys: readonly string[]): void {
  assert(new Set(keys).size === keys.length, 'no two changes of a transaction touch one item');
}
