import type { AccountId, ProgressMessage } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Meter } from '../runtime/meter.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { PROGRESS_CONNECTIONS_MAX, SOCKET_POSTS_IN_FLIGHT_MAX } from './limits.ts';
import type { SocketPusher } from './socket-pusher.ts';
import type { SocketStore } from './socket-store.ts';

export interface PushProgressDependencies {
  readonly sockets: Pick<SocketStore, 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'post'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly meter: Meter;
}

/**
 * Tells the account's other connected devices how far an upload has come, at most PROGRESS_CONNECTIONS_MAX of them.
 * A hint that nobody waits for: what does not arrive is counted, and never fails the request that it is about.
 */
export async function pushProgress(
  dependencies: PushProgressDependencies,
  accountId: AccountId,
  message: z.infer<typeof ProgressMessage>,
): Promise<void> {
  const { sockets, pusher, clock, meter } = dependencies;
  await countingFailure(meter, async () => {
    const connections = await sockets.listConnections(accountId, clock.now());
    const others = connections.filter((connection) => connection.deviceId !== message.deviceId);
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
