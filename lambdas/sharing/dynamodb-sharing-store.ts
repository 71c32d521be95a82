import { createHash } from 'node:crypto';
import {
  type AccountId,
  type EpochMs,
  InvitationId,
  type MembershipChange,
  NamespaceId,
  type Role,
} from '@syncline/protocol';
import { headKey, headOf } from '../namespaces/dynamodb-head-item.ts';
import { appending } from '../namespaces/dynamodb-sharing-items.ts';
import type { Item, TransactWriteItem } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, expiryOf, fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import {
  type BatchDependencies,
  batchGetItems,
  type ItemKey,
  itemKeyText,
  keyAttributes,
} from '../runtime/dynamodb-batches.ts';
import { TransactionCanceledException } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import {
  barKey,
  INVITATION_PREFIX,
  invitationKey,
  MEMBER_PREFIX,
  memberKey,
  memberOf,
  mountKey,
  mountOf,
  namespacePartition,
} from './dynamodb-sharing-rows.ts';
import { hasPointerRoom } from './has-pointer-room.ts';
import { CHANGE_TRIES_MAX, POINTERS_IN_FLIGHT_MAX, POINTERS_MAX } from './limits.ts';
import { leaving, type MembershipAuthor, membershipEntry, toldOf } from './membership-entry.ts';
import type { StoredMember, StoredMount } from './sharing-change.ts';
import type {
  ChangeMemberOutcome,
  InvitationKey,
  MemberKey,
  SharingStore,
  StoredFolder,
  StoredInvitation,
} from './sharing-store.ts';

export interface DynamodbSharingDependencies extends BatchDependencies {
  readonly tableNames: { readonly accounts: string; readonly changes: string };
}

/** Members and invitations in the table Accounts, beside the head of their namespace. */
export class DynamodbSharingStore implements SharingStore {
  readonly #deps: DynamodbSharingDependencies;
  readonly #table: string;

  constructor(dependencies: DynamodbSharingDependencies) {
    this.#deps = dependencies;
    this.#table = dependencies.tableNames.accounts;
  }

  async getFolder(namespaceId: NamespaceId): Promise<StoredFolder | undefined> {
    const item = await this.#get(headKey(namespaceId));
    if (item === undefined) return undefined;
    const { groundId, name, ownerAccountId, memberCount, seq, epoch } = headOf(namespaceId, item);
    if (groundId === undefined || name === undefined || memberCount === undefined) return undefined;
    return { namespaceId, name, ownerAccountId, memberCount, seq, epoch };
  }

  async isTaken(namespaceId: NamespaceId): Promise<boolean> {
    return (await this.#get(headKey(namespaceId))) !== undefined;
  }

  async getMember({ namespaceId, accountId }: MemberKey): Promise<StoredMember | undefined> {
    const item = await this.#get(memberKey(namespaceId, accountId));
    return item === undefined ? undefined : memberOf(namespaceId, item);
  }

  async listMembers(page: {
    readonly namespaceId: NamespaceId;
    readonly after?: AccountId;
    readonly limit: number;
  }): Promise<{ readonly members: readonly StoredMember[]; readonly next?: AccountId }> {
    const query = {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :namespace AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: toAttributes({
        ':namespace': namespacePartition(page.namespaceId),
        // Ids are of one length, so that a longer text comes after its beginning and before the next id.
        ':first': page.after === undefined ? MEMBER_PREFIX : `${MEMBER_PREFIX}${page.after}~`,
        ':last': `${MEMBER_PREFIX}~`,
      }),
    };
    const items = await queryItems(this.#deps.client, query, page.limit + 1);
    const members = items.slice(0, page.limit).map((item) => memberOf(page.namespaceId, item));
    const last = members.at(-1);
    return items.length <= page.limit || last === undefined ? { members } : { members, next: last.accountId };
  }

  changeRole(
    key: MemberKey,
    { role, at }: { readonly role: Exclude<Role, 'owner'>; readonly at: string },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome> {
    return this.#untilDecided(async () => {
      const { folder, member } = await this.#look(key);
      if (folder === undefined || member === undefined) return { kind: 'absent' };
      if (member.role === 'owner') return { kind: 'owner' };
      if (member.role === role) return changed(member);
      const told = toldOf(member, { event: 'role', role, previousRole: member.role });
      const isWritten = await this.#transact([
        this.#setRole(key, { before: member.role, after: role }),
        ...(role === 'editor'
          ? [this.#liftBar(key), ...this.#tell(folder, author, { told })]
          : [this.#bar(key, at), ...this.#tell(folder, author, { told, adds: { accessRev: 1 } })]),
      ]);
      return isWritten ? changed({ ...member, role }) : undefined;
    });
  }

  removeMember(
    key: MemberKey & { readonly barredAt?: string },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome> {
    return this.#untilDecided(async () => {
      const { folder, member } = await this.#look(key);
      if (folder === undefined || member === undefined) return { kind: 'absent' };
      if (member.role === 'owner') return { kind: 'owner' };
      const isWritten = await this.#transact([
        {
          Delete: {
            TableName: this.#table,
            Key: keyAttributes(memberKey(key.namespaceId, key.accountId)),
            ConditionExpression: 'attribute_exists(pk) AND #role <> :owner',
            ExpressionAttributeNames: ROLE,
            ExpressionAttributeValues: toAttributes({ ':owner': 'owner' }),
          },
        },
        ...this.#tell(folder, author, {
          told: toldOf(member, { event: leaving(key, author), role: member.role }),
          adds: { memberCount: -1, accessRev: 1 },
        }),
        ...(key.barredAt === undefined ? [] : [this.#bar(key, key.barredAt)]),
      ]);
      return isWritten ? changed(member) : undefined;
    });
  }

  transfer(
    change: { readonly namespaceId: NamespaceId; readonly from: AccountId; readonly to: AccountId },
    author: MembershipAuthor,
  ): Promise<ChangeMemberOutcome> {
    const { namespaceId, from, to } = change;
    return this.#untilDecided(async () => {
      const { folder, member: heir } = await this.#look({ namespaceId, accountId: to });
      const owner = await this.getMember({ namespaceId, accountId: from });
      if (folder === undefined || heir === undefined || owner?.role !== 'owner') return { kind: 'absent' };
      // The head names the owner that was read, or it has moved since.
      if (folder.ownerAccountId !== from) return undefined;
      const told = toldOf(heir, { event: 'owner', role: 'owner', previousRole: heir.role });
      const isWritten = await this.#transact([
        ...this.#tell(folder, author, { told, sets: { ownerAccountId: to } }),
        this.#setRole({ namespaceId, accountId: from }, { before: 'owner', after: 'editor' }),
        this.#setRole({ namespaceId, accountId: to }, { before: heir.role, after: 'owner' }),
        this.#liftBar({ namespaceId, accountId: to }),
      ]);
      return isWritten ? changed({ ...heir, role: 'owner' }) : undefined;
    });
  }

  async getBar(key: MemberKey): Promise<string | undefined> {
    const item = await this.#get(barKey(key));
    return item === undefined ? undefined : (fromAttributes(item) as { readonly since: string }).since;
  }

  async getMount({ namespaceId, accountId }: MemberKey): Promise<StoredMount | undefined> {
    const item = await this.#get(mountKey(accountId, namespaceId));
    return item === undefined ? undefined : mountOf(accountId, item);
  }

  async putInvitation(invitation: StoredInvitation, now: EpochMs): Promise<void> {
    const { namespaceId, invitationId: _id, expiresAt, ...rest } = invitation;
    const { email, invitedBy } = rest;
    const expiry = { expiresAt: expiryAttribute(expiresAt) };
    const items = [{ ...keyAttributes(invitationKey(invitation)), ...toAttributes({ ...rest, ...expiry }) }];
    if (email !== undefined && (await this.#hasRoomAt(email, { invitedBy, now }))) {
      const key = pointerKey(email, invitation);
      items.push({ ...keyAttributes(key), ...toAttributes({ namespaceId, invitedBy, ...expiry }) });
    }
    await this.#deps.client.send('TransactWriteItems', {
      TransactItems: items.map((item) => ({
        Put: { TableName: this.#table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' },
      })),
    });
  }

  async getInvitation(key: InvitationKey): Promise<StoredInvitation | undefined> {
    const item = await this.#get(invitationKey(key));
    return item === undefined ? undefined : invitationOf(item);
  }

  async listInvitations(namespaceId: NamespaceId): Promise<readonly StoredInvitation[]> {
    return (await this.#listPrefix(namespacePartition(namespaceId))).map(invitationOf);
  }

  async listInvitationsTo(email: string): Promise<readonly StoredInvitation[]> {
    return (await this.#follow(await this.#listPointers(email))).flatMap(({ invitation }) => invitation ?? []);
  }

  async deleteInvitation(key: InvitationKey): Promise<StoredInvitation | undefined> {
    const { Attributes: item } = await this.#deps.client.send('DeleteItem', {
      TableName: this.#table,
      Key: keyAttributes(invitationKey(key)),
      ReturnValues: 'ALL_OLD',
    });
    const invitation = item === undefined ? undefined : invitationOf(item);
    if (invitation?.email !== undefined) await this.#delete(pointerKey(invitation.email, key));
    return invitation;
  }

  /** Whether an address has room for one more, when what is found no more is removed. */
  async #hasRoomAt(
    email: string,
    { invitedBy, now }: { readonly invitedBy: AccountId; readonly now: EpochMs },
  ): Promise<boolean> {
    const pointers = await this.#listPointers(email);
    if (hasPointerRoom(pointers, invitedBy)) return true;
    const followed = await this.#follow(pointers);
    const isOver = ({ invitation }: FollowedPointer) => invitation === undefined || invitation.expiresAt <= now;
    await mapBounded(POINTERS_IN_FLIGHT_MAX, followed.filter(isOver), (pointer) =>
      this.#delete(pointerKey(email, pointer)),
    );
    return hasPointerRoom(
      followed.filter((pointer) => !isOver(pointer)),
      invitedBy,
    );
  }

  async #listPointers(email: string): Promise<readonly Pointer[]> {
    return (await this.#listPrefix(addressPartition(email), POINTERS_MAX)).map((item) => {
      const { sk, namespaceId, invitedBy } = fromAttributes(item) as ItemKey & Pointer;
      return { namespaceId, invitedBy, invitationId: InvitationId.parse(sk.slice(INVITATION_PREFIX.length)) };
    });
  }

  /** A pointer outlives what it points to: only that itself says that somebody is invited. */
  async #follow(pointers: readonly Pointer[]): Promise<readonly FollowedPointer[]> {
    const items = await batchGetItems(this.#deps, this.#table, pointers.map(invitationKey));
    return pointers.map((pointer) => {
      const item = items.get(itemKeyText(invitationKey(pointer)));
      return item === undefined ? pointer : { ...pointer, invitation: invitationOf(item) };
    });
  }

  async #delete(key: ItemKey): Promise<void> {
    await this.#deps.client.send('DeleteItem', { TableName: this.#table, Key: keyAttributes(key) });
  }

  async #get(key: ItemKey): Promise<Item | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(key), ConsistentRead: true };
    return (await this.#deps.client.send('GetItem', get)).Item;
  }

  async #listPrefix(partition: string, limit?: number): Promise<readonly Item[]> {
    const query = {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':partition': partition, ':prefix': INVITATION_PREFIX }),
    };
    return queryItems(this.#deps.client, query, limit);
  }

  #bar(key: MemberKey, since: string): TransactWriteItem {
    return { Put: { TableName: this.#table, Item: { ...keyAttributes(barKey(key)), ...toAttributes({ since }) } } };
  }

  #liftBar(key: MemberKey): TransactWriteItem {
    return { Delete: { TableName: this.#table, Key: keyAttributes(barKey(key)) } };
  }

  /** The folder and one of its members. Whatever changes the member finds the folder's head as it was read first. */
  async #look(key: MemberKey): Promise<{ folder: StoredFolder | undefined; member: StoredMember | undefined }> {
    const folder = await this.getFolder(key.namespaceId);
    return { folder, member: await this.getMember(key) };
  }

  /** The next entry of the folder's journal, with what else changes on its head; both only if that is as it was read. */
  #tell(
    { namespaceId, seq, epoch }: StoredFolder,
    author: MembershipAuthor,
    change: {
      readonly told: MembershipChange;
      readonly sets?: Readonly<Record<string, string>>;
      readonly adds?: Readonly<Record<string, number>>;
    },
  ): readonly TransactWriteItem[] {
    const { told, sets = {}, adds = {} } = change;
    const entry = membershipEntry(author, { namespaceId, seq: seq + 1 }, told);
    const setting = Object.keys(sets).map((name) => `, ${name} = :${name}`);
    const adding = Object.keys(adds).map((name) => `${name} :${name}`);
    const values = Object.entries({ ...sets, ...adds }).map(([name, value]) => [`:${name}`, value] as const);
    return [
      {
        Update: {
          TableName: this.#table,
          Key: keyAttributes(headKey(namespaceId)),
          ConditionExpression: 'seq = :expected AND epoch = :epoch',
          UpdateExpression: `SET seq = :next${setting.join('')}${adding.length === 0 ? '' : ` ADD ${adding.join(', ')}`}`,
          ExpressionAttributeValues: toAttributes({
            ':expected': seq,
            ':epoch': epoch,
            ':next': seq + 1,
            ...Object.fromEntries(values),
          }),
        },
      },
      appending(this.#deps.tableNames.changes, { entry, epoch }),
    ];
  }

  #setRole({ namespaceId, accountId }: MemberKey, role: { readonly before: Role; readonly after: Role }) {
    return {
      Update: {
        TableName: this.#table,
        Key: keyAttributes(memberKey(namespaceId, accountId)),
        ConditionExpression: '#role = :before',
        UpdateExpression: 'SET #role = :after',
        ExpressionAttributeNames: ROLE,
        ExpressionAttributeValues: toAttributes({ ':before': role.before, ':after': role.after }),
      },
    };
  }

  /** False when something was not as it was read, or others are writing it. */
  async #transact(items: readonly TransactWriteItem[]): Promise<boolean> {
    try {
      await this.#deps.client.send('TransactWriteItems', { TransactItems: items });
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException) return false;
      throw error;
    }
  }

  async #untilDecided(attempt: () => Promise<ChangeMemberOutcome | undefined>): Promise<ChangeMemberOutcome> {
    for (let tries = 1; tries <= CHANGE_TRIES_MAX; tries++) {
      const outcome = await attempt();
      if (outcome !== undefined) return outcome;
      await this.#deps.clock.sleep(retryDelayMs(this.#deps.random, tries));
    }
    throw new UnavailableError('other writers of the namespace did not come to an end');
  }
}

/** `role` is a reserved word of DynamoDB's expressions. */
const ROLE = { '#role': 'role' };

function changed(member: StoredMember): ChangeMemberOutcome {
  return { kind: 'changed', member };
}

/** Addresses are personal, and keys show up in consoles and metrics. */
function addressPartition(email: string): string {
  return `email#${createHash('sha256').update(email).digest('hex')}`;
}

/** What says by whom an address is invited, and where to look for it. */
interface Pointer extends InvitationKey {
  readonly invitedBy: AccountId;
}

interface FollowedPointer extends Pointer {
  readonly invitation?: StoredInvitation;
}

function pointerKey(email: string, { invitationId }: InvitationKey): ItemKey {
  return { pk: addressPartition(email), sk: `${INVITATION_PREFIX}${invitationId}` };
}

function invitationOf(item: Item): StoredInvitation {
  const { pk, sk, expiresAt, uses: _uses, ...rest } = fromAttributes(item) as InvitationRow;
  return {
    ...rest,
    namespaceId: NamespaceId.parse(pk.slice('ns#'.length)),
    invitationId: InvitationId.parse(sk.slice(INVITATION_PREFIX.length)),
    expiresAt: expiryOf(expiresAt),
  };
}

type InvitationRow = Omit<StoredInvitation, 'namespaceId' | 'invitationId' | 'expiresAt'> &
  ItemKey & { readonly expiresAt: number; readonly uses?: number };
