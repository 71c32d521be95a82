import type { NamespaceId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import { namespacePartition } from '../sharing/dynamodb-sharing-rows.ts';
import type { NamespaceHead } from './namespace-store.ts';

/** Head and members of a namespace share a partition of the table Accounts. */
export function headKey(namespaceId: NamespaceId): ItemKey {
  return { pk: namespacePartition(namespaceId), sk: 'head' };
}

/** How far the expiry of a namespace has come. */
export function expiryKey(namespaceId: NamespaceId): ItemKey {
  return { pk: namespacePartition(namespaceId), sk: 'expiry' };
}

export function headItem(head: NamespaceHead): Item {
  const { namespaceId, ...rest } = head;
  return { ...keyAttributes(headKey(namespaceId)), ...toAttributes(rest) };
}

export function headOf(namespaceId: NamespaceId, item: Item): NamespaceHead {
  const { pk: _pk, sk: _sk, ...rest } = fromAttributes(item) as Omit<NamespaceHead, 'namespaceId'> & ItemKey;
  return { ...rest, namespaceId };
}
