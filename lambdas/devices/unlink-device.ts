import type { DeviceId, DeviceResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore, DeviceKey, Revocation, StoredDevice } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { SOCKET_POSTS_IN_FLIGHT_MAX } from '../sockets/limits.ts';
import type { SocketPusher } from '../sockets/socket-pusher.ts';
import type { SocketStore } from '../sockets/socket-store.ts';
import { toWireDevice } from './wire-device.ts';

export interface UnlinkDeviceDependencies {
  readonly accounts: Pick<AccountStore, 'endSignIn' | 'listDevices' | 'revokeDevice'>;
  readonly sockets: Pick<SocketStore, 'deleteConnection' | 'listConnections'>;
  readonly pusher: Pick<SocketPusher, 'close' | 'post'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Revokes a device for good with its sign-in, tells it, then closes its sockets. Once it has answered, no token of that sign-in reads or writes
 * anything. Other devices that the same sign-in has registered go with it: their tokens are the same. With `wipe` the device is asked to remove
 * what it has synced, which it does when it hears of it, whenever that is.
 *
 * Idempotent: a repeat answers the first revocation, and ends and closes what is still open.
 * @throws UnavailableError when something could not be ended or closed; the device is revoked then, and a repeat goes on.
 */
export async function unlinkDevice(
  dependencies: UnlinkDeviceDependencies,
  { deviceId, wipe }: { readonly deviceId: DeviceId; readonly wipe: boolean },
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const { accounts, sockets, pusher, clock } = dependencies;
  const at = clock.now();
  const device = await accounts.revokeDevice({ accountId, deviceId }, { at, wipe });
  if (device === undefined) return refused('not_found', 'there is no such device');
  const gone = new Set([deviceId, ...(await endSignIn(dependencies, { accountId, deviceId }, { device, at }))]);
  const connections = await sockets.listConnections(accountId, clock.now());
  const own = connections.filter((connection) => gone.has(connection.deviceId));
  await mapBounded(SOCKET_POSTS_IN_FLIGHT_MAX, own, async ({ connectionId }) => {
    // What says why the socket ends is only a hint: the next request is told.
    await pusher.post(connectionId, { type: 'revoked' });
    await pusher.close(connectionId);
    await sockets.deleteConnection(connectionId);
  });
  return done({ device: toWireDevice(device) });
}

/**
 * After the device was revoked, so that no other sign-in can take it over any more. It is ended before the devices are listed: one that is
 * registered too late to be listed sees the end.
 */
async function endSignIn(
  { accounts }: UnlinkDeviceDependencies,
  { accountId, deviceId }: DeviceKey,
  { device, at }: { readonly device: StoredDevice; readonly at: Revocation['at'] },
): Promise<readonly DeviceId[]> {
  const { signIn } = device;
  if (signIn === undefined) return [];
  await accounts.endSignIn(accountId, signIn, at);
  const others = (await accounts.listDevices(accountId)).filter(
    (other) => other.signIn === signIn && other.deviceId !== deviceId,
  );
  for (const other of others) await accounts.revokeDevice({ accountId, deviceId: other.deviceId }, { at, wipe: false });
  return others.map((other) => other.deviceId);
}
