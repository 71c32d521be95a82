import type { NamespaceId, NodeId, TrashEntry } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import type { ItemKey } from '../runtime/dynamodb-batches.ts';
import type { TrashKey } from './namespace-store.ts';

/** The trash of a namespace is one partition of the table Files, in the order of the deletions. */
export function trashItemKey(namespaceId: NamespaceId, key: TrashKey): ItemKey {
  return { pk: trashPartition(namespaceId), sk: `${key.deletedAt}#${key.nodeId}` };
}

export function trashPartition(namespaceId: NamespaceId): string {
  return `trash#${namespaceId}`;
}

export function trashAttributes({ deletedAt: _inKey, nodeId: _inSortKey, ...rest }: TrashEntry): Item {
  return toAttributes(rest);
}

export function trashEntryOf(item: Item): TrashEntry {
  const { pk: _pk, sk, ...rest } = fromAttributes(item) as Omit<TrashEntry, keyof TrashKey> & ItemKey;
  const [deletedAt = '', nodeId = ''] = sk.split('#');
  return { ...rest, deletedAt, nodeId: nodeId as NodeId };
}
