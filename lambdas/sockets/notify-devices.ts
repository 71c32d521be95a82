import type { AccountId, DeviceId, NamespaceId } from '@syncline/protocol';
import type { AccountStore } from '../accounts/account-store.ts';
import type { EntryTrace } from '../runtime/entry-traces.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Hint } from './hint.ts';
import {
  MEMBER_PAGE_MAX,
  MEMBERS_TOLD_PER_SECOND_MAX,
  NOTIFY_MEMBERS_DIRECT_MAX,
  NOTIFY_NAMESPACES_IN_FLIGHT_MAX,
} from './limits.ts';
import type { DelayedPage, PushQueue } from './push-queue.ts';
import { type PushToMembersDependencies, pushToMembers, reached } from './push-to-members.ts';

export interface NotifyDevicesDependencies extends PushToMembersDependencies {
  readonly accounts: Pick<AccountStore, 'listMembers'>;
  readonly pushes: PushQueue;
  /** Members of a namespace who are told at once. @default NOTIFY_MEMBERS_DIRECT_MAX */
  readonly membersDirectMax?: number;
}

/** What a push needs to know of a new journal entry. */
export interface AppendedEntry extends EntryTrace {
  readonly namespaceId: NamespaceId;
  readonly epoch: number;
  readonly seq: number;
  /** The device that committed it. */
  readonly deviceId: DeviceId;
}

/**
 * Tells the members' connected devices how far each namespace's journal has come: one message a namespace and connection,
 * whatever the number of entries. Where there are more members than are told at once, pages of them are put into a queue, so that one
 * large namespace keeps no other waiting. Answers the namespaces whose members could not all be reached, or handed over.
 *
 * Idempotent: a hint may come twice, late or in another order. A connection that is gone is forgotten.
 * Cost: a Query a namespace, and a Query a member and a post a connection, or a request a page.
 */
export async function notifyDevices(
  dependencies: NotifyDevicesDependencies,
  entries: readonly AppendedEntry[],
): Promise<ReadonlySet<NamespaceId>> {
  const failed = new Set<NamespaceId>();
  await mapBounded(NOTIFY_NAMESPACES_IN_FLIGHT_MAX, foldHints(entries), async (hint) => {
    const isTold = await reached(dependencies.meter, () => notifyMembers(dependencies, hint));
    if (!isTold) failed.add(hint.message.namespaceId);
  });
  return failed;
}

function foldHints(entries: readonly AppendedEntry[]): readonly Hint[] {
  const hints = new Map<NamespaceId, Hint>();
  for (const { namespaceId, epoch, seq, deviceId } of entries) {
    const known = hints.get(namespaceId);
    const isNewer = known === undefined || isBefore(known.message, { epoch, seq });
    const isAlone = known === undefined || known.author === deviceId;
    hints.set(namespaceId, {
      message: isNewer ? { type: 'changed', namespaceId, epoch, seq } : known.message,
      ...(isAlone ? { author: deviceId } : {}),
    });
  }
  return [...hints.values()];
}

interface Place {
  readonly epoch: number;
  readonly seq: number;
}

/** A restored journal begins a new epoch, in which sequences start lower again. */
function isBefore(left: Place, right: Place): boolean {
  return left.epoch === right.epoch ? left.seq < right.seq : left.epoch < right.epoch;
}

async function notifyMembers(dependencies: NotifyDevicesDependencies, hint: Hint): Promise<boolean> {
  const { accounts, pushes, meter, membersDirectMax = NOTIFY_MEMBERS_DIRECT_MAX } = dependencies;
  const members = await accounts.listMembers(hint.message.namespaceId);
  if (members.length <= membersDirectMax) return pushToMembers(dependencies, hint, members);
  const pages = pagesOf(hint, members);
  await pushes.send(pages);
  meter.count('pushPagesQueued', pages.length);
  return true;
}

/**
 * Pages that tell no more than MEMBERS_TOLD_PER_SECOND_MAX members in a second, because each device that is told asks at once for what is new.
 * Precondition: the members are in the order of their ids.
 */
function pagesOf(hint: Hint, members: readonly AccountId[]): readonly DelayedPage[] {
  const pages: DelayedPage[] = [];
  for (let start = 0; start < members.length; start += MEMBER_PAGE_MAX) {
    const page = members.slice(start, start + MEMBER_PAGE_MAX);
    const [first, last] = [page[0], page.at(-1)];
    const delaySeconds = Math.floor(start / MEMBERS_TOLD_PER_SECOND_MAX);
    if (first !== undefined && last !== undefined) pages.push({ page: { hint, first, last }, delaySeconds });
  }
  return pages;
}
