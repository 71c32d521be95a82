import type { AccountId } from '@syncline/protocol';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Meter } from '../runtime/meter.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import type { Hint } from './hint.ts';
import { NOTIFY_MEMBERS_IN_FLIGHT_MAX, SOCKET_POSTS_IN_FLIGHT_MAX } from './limits.ts';
import type { SocketPusher } from './socket-pusher.ts';
import type { SocketConnection, SocketStore } from './socket-store.ts';

export interface PushToMembersDependencies {
  readonly sockets: Pick<SocketStore, 'deleteConnection' | 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'post'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly meter: Meter;
}

/**
 * Tells the connected devices of these accounts, but not the one that knows already. Answers whether every connection was told, or is
 * gone and forgotten. A failure at one does not keep the others from being told.
 *
 * Cost: a Query a member, a post a connection.
 */
export async function pushToMembers(
  dependencies: PushToMembersDependencies,
  hint: Hint,
  members: readonly AccountId[],
): Promise<boolean> {
  const { sockets, clock, meter } = dependencies;
  return reached(meter, async () => {
    const connections = await mapBounded(NOTIFY_MEMBERS_IN_FLIGHT_MAX, members, (accountId) =>
      sockets.listConnections(accountId, clock.now()),
    );
    const others = connections.flat().filter((connection) => connection.deviceId !== hint.author);
    const told = await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, others, (connection) =>
      tellConnection(dependencies, connection, hint),
    );
    return told.every(Boolean);
  });
}

function tellConnection(
  { sockets, pusher, meter }: PushToMembersDependencies,
  { connectionId }: SocketConnection,
  { message }: Hint,
): Promise<boolean> {
  return reached(meter, async () => {
    const answer = await pusher.post(connectionId, message);
    if (answer === 'gone') await sockets.deleteConnection(connectionId);
    meter.count(answer === 'sent' ? 'pushesSent' : 'pushesGone');
    return true;
  });
}

/** What an attempt answers; false, and counted, when something that it needs did not answer. */
export async function reached(meter: Meter, attempt: () => Promise<boolean>): Promise<boolean> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    meter.count('pushesFailed');
    return false;
  }
}
