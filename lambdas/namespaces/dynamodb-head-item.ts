import type { AccountId, NamespaceId, Role } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { NamespaceHead } from './namespace-store.ts';

/** Head and members of a namespace share a partition of the table Accounts. */
export function headKey(namespaceId: NamespaceId): ItemKey {
  return { pk: namespacePartition(namespaceId), sk: 'head' };
}

export function memberKey(namespaceId: NamespaceId, accountId: AccountId): ItemKey {
  return { pk: namespacePartition(namespaceId), sk: `${MEMBER_PREFIX}${accountId}` };
}

export function namespacePartition(namespaceId: NamespaceId): string {
  return `ns#${namespaceId}`;
}

/** Sort keys of members begin with it; the account id follows. */
export const MEMBER_PREFIX = 'member#';

export function headItem(head: NamespaceHead): Item {
  const { namespaceId, ...rest } = head;
  return { ...keyAttributes(headKey(namespaceId)), ...toAttributes(rest) };
}

export function headOf(namespaceId: NamespaceId, item: Item): NamespaceHead {
  const { pk: _pk, sk: _sk, ...rest } = fromAttributes(item) as Omit<NamespaceHead, 'namespaceId'> & ItemKey;
  return { ...rest, namespaceId };
}

export function memberItem(member: {
  readonly namespaceId: NamespaceId;
  readonly accountId: AccountId;
  readonly role: Role;
  readonly since: string;
}): Item {
  const { namespaceId, accountId, role, since } = member;
  return { ...keyAttributes(memberKey(namespaceId, accountId)), ...toAttributes({ role, since }) };
}

export function roleOf(item: Item): Role {
  return (fromAttributes(item) as { readonly role: Role }).role;
}
