import { DEVICES_MAX, type DeviceResponse, formatInstant, type RegisterDeviceRequest } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore, StoredDevice } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { DEVICES_EVER_MAX } from './limits.ts';
import { toWireDevice } from './wire-device.ts';

export interface RegisterDeviceDependencies {
  readonly accounts: Pick<AccountStore, 'createDevice' | 'listDevices'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Registers a device under the id that the client chose. Idempotent: a device that is registered already is the answer,
 * with the name that it has by now. An unlinked one never comes back. Ids are the account's own: one that another account
 * uses is neither refused nor revealed.
 *
 * DEVICES_MAX is not exact under a race: registrations that run at the same time may go over it by their number.
 */
export async function registerDevice(
  { accounts, clock }: RegisterDeviceDependencies,
  wanted: z.output<typeof RegisterDeviceRequest>,
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const devices = await accounts.listDevices(accountId);
  const existing = devices.find((device) => device.deviceId === wanted.deviceId);
  if (existing !== undefined) return answer(existing);
  const limit = exceededLimit(devices);
  if (limit !== undefined) {
    return refused('too_large', `an account has at most ${limit.max} devices: unlink one first`, limit);
  }
  const now = formatInstant(clock.now());
  return answer(await accounts.createDevice(accountId, { ...wanted, createdAt: now, lastSeenAt: now }));
}

function answer(device: StoredDevice): Outcome<z.infer<typeof DeviceResponse>> {
  if (device.revokedAt === undefined) return done({ device: toWireDevice(device) });
  return refused('forbidden', 'this device was unlinked: register it under a new id');
}

function exceededLimit(devices: readonly StoredDevice[]): { readonly limit: string; readonly max: number } | undefined {
  const live = devices.filter((device) => device.revokedAt === undefined);
  if (live.length >= DEVICES_MAX) return { limit: 'DEVICES_MAX', max: DEVICES_MAX };
  if (devices.length >= DEVICES_EVER_MAX) return { limit: 'DEVICES_EVER_MAX', max: DEVICES_EVER_MAX };
  return undefined;
}
