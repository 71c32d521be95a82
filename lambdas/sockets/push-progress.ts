import type { AccountId, ProgressMessage } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Meter } from '../runtime/meter.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import {
  NOTIFY_MEMBERS_IN_FLIGHT_MAX,
  PROGRESS_CONNECTIONS_MAX,
  PROGRESS_MEMBERS_MAX,
  SOCKET_POSTS_IN_FLIGHT_MAX,
} from './limits.ts';
import type { SocketPusher } from './socket-pusher.ts';
import type { SocketStore } from './socket-store.ts';

export interface PushProgressDependencies {
  readonly accounts: Pick<AccountStore, 'listMembers'>;
  readonly sockets: Pick<SocketStore, 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'post'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly meter: Meter;
}

/**
 * Tells the other connected devices of the namespace's members how far an upload into it has come: those of up to PROGRESS_MEMBERS_MAX
 * members, at most PROGRESS_CONNECTIONS_MAX of them. An upload into a namespace whose uploader is no member any more is told to nobody.
 * A hint that nobody waits for: what does not arrive is counted, and never fails the request that it is about.
 * Cost: a Query for the members and one a member, a post a connection.
 */
export async function pushProgress(
  dependencies: PushProgressDependencies,
  uploaderId: AccountId,
  message: z.infer<typeof ProgressMessage>,
): Promise<void> {
  const { accounts, sockets, pusher, clock, meter } = dependencies;
  await countingFailure(meter, async () => {
    const members = await accounts.listMembers(message.namespaceId);
    if (!members.includes(uploaderId)) return;
    const told = [uploaderId, ...members.filter((accountId) => accountId !== uploaderId)].slice(
      0,
      PROGRESS_MEMBERS_MAX,
    );
    const connections = await mapBounded(NOTIFY_MEMBERS_IN_FLIGHT_MAX, told, (accountId) =>
      sockets.listConnections(accountId, clock.now()),
    );
    const others = connections.flat().filter((connection) => connection.deviceId !== message.deviceId);
    await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, others.slice(0, PROGRESS_CONNECTIONS_MAX), ({ connectionId }) =>
      countingFailure(meter, async () => {
        const answer = await pusher.post(connectionId, message);
        meter.count(answer === 'sent' ? 'pushesSent' : 'pushesGone');
      }),
    );
  });
}

async function countingFailure(meter: Meter, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    meter.count('pushesFailed');
  }
}
