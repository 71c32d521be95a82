import type { AccountId, ChangedMessage, DeviceId, NamespaceId } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Meter } from '../runtime/meter.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { NOTIFY_MEMBERS_IN_FLIGHT_MAX, NOTIFY_NAMESPACES_IN_FLIGHT_MAX, SOCKET_POSTS_IN_FLIGHT_MAX } from './limits.ts';
import type { SocketPusher } from './socket-pusher.ts';
import type { SocketConnection, SocketStore } from './socket-store.ts';

export interface NotifyDevicesDependencies {
  readonly accounts: Pick<AccountStore, 'listMembers'>;
  readonly sockets: Pick<SocketStore, 'deleteConnection' | 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'post'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly meter: Meter;
}

/** What a push needs to know of a new journal entry. */
export interface AppendedEntry {
  readonly namespaceId: NamespaceId;
  readonly epoch: number;
  readonly seq: number;
  /** The device that committed it. */
  readonly deviceId: DeviceId;
}

interface Hint {
  readonly message: z.infer<typeof ChangedMessage>;
  /** The one device that made all of these entries and knows them already; absent when there were several. */
  readonly author: DeviceId | undefined;
}

/**
 * Tells the members' connected devices how far each namespace's journal has come: one message a namespace and connection,
 * whatever the number of entries. Answers the namespaces whose members could not all be reached.
 *
 * Idempotent: a hint may come twice, late or in another order. A connection that is gone is forgotten.
 * Cost: a Query a namespace and a member, a post a connection.
 */
export async function notifyDevices(
  dependencies: NotifyDevicesDependencies,
  entries: readonly AppendedEntry[],
): Promise<ReadonlySet<NamespaceId>> {
  const failed = new Set<NamespaceId>();
  await mapBounded(NOTIFY_NAMESPACES_IN_FLIGHT_MAX, foldHints(entries), async (hint) => {
    const isTold = await notifyMembers(dependencies, hint);
    if (!isTold) failed.add(hint.message.namespaceId);
  });
  return failed;
}

function foldHints(entries: readonly AppendedEntry[]): readonly Hint[] {
  const hints = new Map<NamespaceId, Hint>();
  for (const { namespaceId, epoch, seq, deviceId } of entries) {
    const known = hints.get(namespaceId);
    const isNewer = known === undefined || isBefore(known.message, { epoch, seq });
    hints.set(namespaceId, {
      message: isNewer ? { type: 'changed', namespaceId, epoch, seq } : known.message,
      author: known === undefined || known.author === deviceId ? deviceId : undefined,
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

/** Whether every connection was told, or is gone. A failure at one does not keep the others from being told. */
async function notifyMembers(dependencies: NotifyDevicesDependencies, hint: Hint): Promise<boolean> {
  const { accounts, sockets, clock, meter } = dependencies;
  try {
    const members = await accounts.listMembers(hint.message.namespaceId);
    const connections = await mapBounded(NOTIFY_MEMBERS_IN_FLIGHT_MAX, members, (accountId: AccountId) =>
      sockets.listConnections(accountId, clock.now()),
    );
    const others = connections.flat().filter((connection) => connection.deviceId !== hint.author);
    const told = await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, others, (connection) =>
      notifyConnection(dependencies, connection, hint),
    );
    return told.every(Boolean);
  } catch (error) {
    return countedFailure(error, meter);
  }
}

async function notifyConnection(
  { sockets, pusher, meter }: NotifyDevicesDependencies,
  { connectionId }: SocketConnection,
  { message }: Hint,
): Promise<boolean> {
  try {
    const answer = await pusher.post(connectionId, message);
    if (answer === 'gone') await sockets.deleteConnection(connectionId);
    meter.count(answer === 'sent' ? 'pushesSent' : 'pushesGone');
    return true;
  } catch (error) {
    return countedFailure(error, meter);
  }
}

function countedFailure(error: unknown, meter: Meter): false {
  if (!(error instanceof UnavailableError)) throw error;
  meter.count('pushesFailed');
  return false;
}
