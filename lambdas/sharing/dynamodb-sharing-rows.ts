import type { AccountId, NamespaceId, NodeId, Role } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { StoredMember, StoredMount } from './sharing-change.ts';
import type { InvitationKey, MemberKey } from './sharing-store.ts';

/** Head, members and invitations of a namespace share a partition of the table Accounts. */
export function namespacePartition(namespaceId: NamespaceId): string {
  return `ns#${namespaceId}`;
}

/** The account itself, its devices and its mounts share a partition of the table Accounts. */
export function accountPartition(accountId: AccountId): string {
  return `account#${accountId}`;
}

/** Sort keys of members begin with it; the account id follows. */
export const MEMBER_PREFIX = 'member#';
/** Sort keys of mounts begin with it; the id of the mounted namespace follows. */
export const MOUNT_PREFIX = 'mount#';

/** Sort keys of invitations begin with it; the invitation's id follows. */
export const INVITATION_PREFIX = 'invite#';

export function memberKey(namespaceId: NamespaceId, accountId: AccountId): ItemKey {
  return { pk: namespacePartition(namespaceId), sk: `${MEMBER_PREFIX}${accountId}` };
}

export function mountKey(accountId: AccountId, namespaceId: NamespaceId): ItemKey {
  return { pk: accountPartition(accountId), sk: `${MOUNT_PREFIX}${namespaceId}` };
}

/** An account that is barred from a namespace, beside its members. */
export function barKey({ namespaceId, accountId }: MemberKey): ItemKey {
  return { pk: namespacePartition(namespaceId), sk: `bar#${accountId}` };
}

export function invitationKey(key: InvitationKey): ItemKey {
  return { pk: namespacePartition(key.namespaceId), sk: `${INVITATION_PREFIX}${key.invitationId}` };
}

export function memberRow({ namespaceId, accountId, ...rest }: StoredMember): Item {
  return { ...keyAttributes(memberKey(namespaceId, accountId)), ...toAttributes(rest) };
}

export function memberOf(namespaceId: NamespaceId, item: Item): StoredMember {
  const { pk: _pk, sk, ...rest } = fromAttributes(item) as Omit<StoredMember, 'namespaceId' | 'accountId'> & ItemKey;
  return { ...rest, namespaceId, accountId: sk.slice(MEMBER_PREFIX.length) as AccountId };
}

export function roleOf(item: Item): Role {
  return (fromAttributes(item) as { readonly role: Role }).role;
}

export function mountRow({ accountId, namespaceId, nodeId, joinedAt }: StoredMount): Item {
  return { ...keyAttributes(mountKey(accountId, namespaceId)), ...toAttributes({ nodeId, joinedAt }) };
}

export function mountOf(accountId: AccountId, item: Item): StoredMount {
  const { sk, nodeId, joinedAt } = fromAttributes(item) as MountRow;
  return { accountId, namespaceId: sk.slice(MOUNT_PREFIX.length) as NamespaceId, nodeId, joinedAt };
}

interface MountRow extends ItemKey {
  readonly nodeId: NodeId;
  readonly joinedAt: string;
}
