import { MEMBERS_MAX } from '@syncline/protocol';
import type { TransactWriteItem } from '../runtime/dynamodb-api.ts';
import { toAttributes } from '../runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../runtime/dynamodb-batches.ts';
import { barKey, invitationKey, memberKey, memberRow, mountKey, mountRow } from '../sharing/dynamodb-sharing-rows.ts';
import { mountsAdded, type SharingChange, type StoredMember, type StoredMount } from '../sharing/sharing-change.ts';
import { entryAttributes, entryKey } from './dynamodb-entry-item.ts';
import { headItem, headKey } from './dynamodb-head-item.ts';
import { sharedHead } from './empty-head.ts';
import type { JournalEntry } from './namespace-store.ts';

const ABSENT = 'attribute_not_exists(pk)';
const PRESENT = 'attribute_exists(pk)';

/** The items of what a transaction does to memberships and mounts, each on the condition that it is as it was read. */
export function sharingItems(
  { accounts, changes }: { readonly accounts: string; readonly changes: string },
  change: SharingChange,
): readonly TransactWriteItem[] {
  switch (change.kind) {
    case 'found':
      return [
        { Put: { TableName: accounts, Item: headItem(sharedHead(change.folder)), ConditionExpression: ABSENT } },
        ...joining(accounts, change),
      ];
    case 'join':
      return [
        counting(accounts, change),
        appending(changes, change.told),
        ...joining(accounts, change),
        using(accounts, change),
        passing(accounts, change),
      ];
    case 'remount':
      return remounting(accounts, change);
    case 'unmount': {
      const { accountId, namespaceId } = change.mount;
      const key = keyAttributes(mountKey(accountId, namespaceId));
      return [
        {
          Delete: {
            TableName: accounts,
            Key: key,
            ConditionExpression: 'nodeId = :nodeId',
            ExpressionAttributeValues: toAttributes({ ':nodeId': change.mount.nodeId }),
          },
        },
      ];
    }
  }
}

function joining(
  accounts: string,
  { member, mount }: { readonly member: StoredMember; readonly mount: StoredMount },
): readonly TransactWriteItem[] {
  return [memberRow(member), mountRow(mount)].map((item) => ({
    Put: { TableName: accounts, Item: item, ConditionExpression: ABSENT },
  }));
}

function remounting(
  accounts: string,
  { member, mount, lost }: Extract<SharingChange, { readonly kind: 'remount' }>,
): readonly TransactWriteItem[] {
  return [
    {
      Update: {
        TableName: accounts,
        Key: keyAttributes(memberKey(member.namespaceId, member.accountId)),
        ConditionExpression: '#role = :role',
        UpdateExpression: 'SET #role = :role',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: toAttributes({ ':role': member.role }),
      },
    },
    {
      Put: {
        TableName: accounts,
        Item: mountRow(mount),
        ...(lost === undefined
          ? { ConditionExpression: ABSENT }
          : {
              ConditionExpression: 'nodeId = :lost',
              ExpressionAttributeValues: toAttributes({ ':lost': lost }),
            }),
      },
    },
  ];
}

function counting(
  accounts: string,
  { member: { namespaceId }, told }: Extract<SharingChange, { readonly kind: 'join' }>,
): TransactWriteItem {
  return {
    Update: {
      TableName: accounts,
      Key: keyAttributes(headKey(namespaceId)),
      ConditionExpression: 'memberCount < :max AND seq = :expected AND epoch = :epoch',
      UpdateExpression: 'SET seq = :next ADD memberCount :one',
      ExpressionAttributeValues: toAttributes({
        ':max': MEMBERS_MAX,
        ':one': 1,
        ':expected': told.entry.seq - 1,
        ':next': told.entry.seq,
        ':epoch': told.epoch,
      }),
    },
  };
}

/** The next entry of a journal, on the condition that it is new. */
export function appending(
  changes: string,
  { entry, epoch }: { readonly entry: JournalEntry; readonly epoch: number },
): TransactWriteItem {
  return {
    Put: {
      TableName: changes,
      Item: { ...entryAttributes(entry, epoch), ...entryKey(entry.namespaceId, entry.seq) },
      ConditionExpression: ABSENT,
    },
  };
}

/** One that is for a single person goes with it; the others count how often they were used. */
function using(
  accounts: string,
  {
    member: { namespaceId },
    invitation: { invitationId, isUsedUp },
  }: Extract<SharingChange, { readonly kind: 'join' }>,
): TransactWriteItem {
  const key = keyAttributes(invitationKey({ namespaceId, invitationId }));
  if (isUsedUp) return { Delete: { TableName: accounts, Key: key, ConditionExpression: PRESENT } };
  return {
    Update: {
      TableName: accounts,
      Key: key,
      ConditionExpression: PRESENT,
      UpdateExpression: 'ADD uses :one',
      ExpressionAttributeValues: toAttributes({ ':one': 1 }),
    },
  };
}

/** Nothing bars the member, or the invitation is for one person and younger than the bar, and lifts it: as `isBarred` says. */
function passing(
  accounts: string,
  { member, invitation: { isUsedUp, createdAt } }: Extract<SharingChange, { readonly kind: 'join' }>,
): TransactWriteItem {
  const deletion = { TableName: accounts, Key: keyAttributes(barKey(member)) };
  if (!isUsedUp) return { Delete: { ...deletion, ConditionExpression: ABSENT } };
  return {
    Delete: {
      ...deletion,
      ConditionExpression: `${ABSENT} OR since <= :created`,
      ExpressionAttributeValues: toAttributes({ ':created': createdAt }),
    },
  };
}

/** What changes on the head of the home namespace itself, as parts of its update. */
export function headChanges(change: SharingChange | undefined): { readonly sets: string; readonly adds: string } {
  if (change === undefined) return { sets: '', adds: '' };
  return { sets: change.kind === 'found' ? ', isGround = :ground' : '', adds: ', mountCount :mounts' };
}

export function sharingValues(change: SharingChange | undefined): Readonly<Record<string, unknown>> {
  if (change === undefined) return {};
  return {
    ...(change.kind === 'found' ? { ':ground': true } : {}),
    ':mounts': mountsAdded(change),
  };
}
