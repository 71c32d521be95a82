import {
  type AccountId,
  type DeviceId,
  type EpochMs,
  encodeUlid,
  epochMs,
  formatInstant,
  JOURNAL_RETENTION_MS,
  type MembershipChange,
  type NamespaceId,
  type OpId,
  opId,
} from '@syncline/protocol';
import type { JournalEntry } from '../namespaces/namespace-store.ts';
import { rootNode } from '../namespaces/wire-node.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { StoredMember } from './sharing-change.ts';
import type { MemberKey } from './sharing-store.ts';

/** Who changes a membership, from which device and when. */
export interface MembershipAuthor {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly opId: OpId;
  readonly now: EpochMs;
}

/** The author of one change: a repeat of the request is another one, and finds it done. */
export function membershipAuthor(
  { clock, random }: { readonly clock: Pick<Clock, 'now'>; readonly random: Random },
  { accountId, device }: DeviceCaller,
): MembershipAuthor {
  const { deviceId } = device;
  return { accountId, deviceId, opId: opId(encodeUlid(random.bytes(16)), 0), now: clock.now() };
}

/**
 * The entry by which the journal of a shared folder tells what happened to a member. It is an entry of the folder itself, whose node nobody
 * changes: who only follows the tree passes it by.
 */
export function membershipEntry(
  author: MembershipAuthor,
  place: { readonly namespaceId: NamespaceId; readonly seq: number },
  member: MembershipChange,
): JournalEntry {
  const { accountId, deviceId, opId: own, now } = author;
  return {
    ...place,
    type: 'member',
    node: rootNode(place.namespaceId),
    member,
    accountId,
    deviceId,
    opId: own,
    changedAt: formatInstant(now),
    expiresAt: epochMs(now + JOURNAL_RETENTION_MS),
  };
}

/** What happened to a member, with the address by which it is known now: who is gone has none any more that could be looked up. */
export function toldOf(
  { accountId, email }: Pick<StoredMember, 'accountId' | 'email'>,
  change: Omit<MembershipChange, 'accountId' | 'email'>,
): MembershipChange {
  return { accountId, ...change, ...(email === undefined ? {} : { email }) };
}

/** How somebody who goes has gone. */
export function leaving({ accountId }: MemberKey, author: MembershipAuthor): 'left' | 'removed' {
  return author.accountId === accountId ? 'left' : 'removed';
}
