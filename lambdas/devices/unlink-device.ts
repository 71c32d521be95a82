import type { DeviceId, DeviceResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { SOCKET_POSTS_IN_FLIGHT_MAX } from '../sockets/limits.ts';
import type { SocketPusher } from '../sockets/socket-pusher.ts';
import type { SocketStore } from '../sockets/socket-store.ts';

export interface UnlinkDeviceDependencies {
  readonly accounts: Pick<AccountStore, 'revokeDevice'>;
  readonly sockets: Pick<SocketStore, 'deleteConnection' | 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'close'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Revokes a device for good, then closes its sockets. Once it has answered, no request of the device is served any more.
 *
 * Idempotent: a repeat answers the first revocation and closes what is still open.
 * @throws UnavailableError when a socket could not be closed; the device is revoked then, and a repeat goes on.
 */
export async function unlinkDevice(
  { accounts, sockets, pusher, clock }: UnlinkDeviceDependencies,
  deviceId: DeviceId,
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const device = await accounts.revokeDevice({ accountId, deviceId }, clock.now());
  if (device === undefined) return refused('not_found', 'there is no such device');
  const connections = await sockets.listConnections(accountId, clock.now());
  const own = connections.filter((connection) => connection.deviceId === deviceId);
  await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, own, async ({ connectionId }) => {
    await pusher.close(connectionId);
    await sockets.deleteConnection(connectionId);
  });
  return done({ device });
}
