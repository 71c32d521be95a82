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
import { toWireDevice } from './wire-device.ts';

export interface UnlinkDeviceDependencies {
  readonly accounts: Pick<AccountStore, 'revokeDevice'>;
  readonly sockets: Pick<SocketStore, 'deleteConnection' | 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'close' | 'post'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Revokes a device for good, tells it, then closes its sockets. Once it has answered, the device commits and follows nothing any more. With
 * `wipe` it is asked to remove what it has synced, which it does when it hears of it, whenever that is.
 *
 * Idempotent: a repeat answers the first revocation and closes what is still open.
 * @throws UnavailableError when a socket could not be closed; the device is revoked then, and a repeat goes on.
 */
export async function unlinkDevice(
  { accounts, sockets, pusher, clock }: UnlinkDeviceDependencies,
  { deviceId, wipe }: { readonly deviceId: DeviceId; readonly wipe: boolean },
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const device = await accounts.revokeDevice({ accountId, deviceId }, { at: clock.now(), wipe });
  if (device === undefined) return refused('not_found', 'there is no such device');
  const connections = await sockets.listConnections(accountId, clock.now());
  const own = connections.filter((connection) => connection.deviceId === deviceId);
  await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, own, async ({ connectionId }) => {
    // What says why the socket ends is only a hint: the next request is told.
    await pusher.post(connectionId, { type: 'revoked' });
    await pusher.close(connectionId);
    await sockets.deleteConnection(connectionId);
  });
  return done({ device: toWireDevice(device) });
}
