import { DEVICES_MAX, type DeviceResponse, formatInstant, type RegisterDeviceRequest } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore, StoredDevice } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import type { Clock } from '../runtime/clock.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { DEVICES_EVER_MAX } from './limits.ts';
import { toWireDevice } from './wire-device.ts';

export interface RegisterDeviceDependencies {
  readonly accounts: Pick<
    AccountStore,
    'bindDevice' | 'createDevice' | 'endSignIn' | 'hasSignInEnded' | 'listDevices' | 'revokeDevice'
  >;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Registers a device under the id that the client chose, as one of the caller's sign-in. Idempotent: a device that is registered already is the
 * answer, with the name that it has by now; if another sign-in registered it, that one ends. An unlinked one never comes back. Ids are the
 * account's own: one that another account uses is neither refused nor revealed.
 *
 * DEVICES_MAX is not exact under a race: registrations that run at the same time may go over it by their number.
 */
export async function registerDevice(
  dependencies: RegisterDeviceDependencies,
  wanted: z.output<typeof RegisterDeviceRequest>,
  caller: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const { accounts, clock } = dependencies;
  const { accountId, signIn } = caller;
  const devices = await accounts.listDevices(accountId);
  const existing = devices.find((device) => device.deviceId === wanted.deviceId);
  if (existing !== undefined) return takeOver(dependencies, existing, caller);
  const limit = exceededLimit(devices);
  if (limit !== undefined) {
    return refused('too_large', `an account has at most ${limit.max} devices: unlink one first`, limit);
  }
  const now = formatInstant(clock.now());
  const bound = signIn === undefined ? {} : { signIn };
  const made = await accounts.createDevice(accountId, { ...wanted, ...bound, createdAt: now, lastSeenAt: now });
  return made.signIn === signIn ? admit(dependencies, made, caller) : takeOver(dependencies, made, caller);
}

/** The former sign-in ends before the device is another one's: whoever unlinks the device ends only the one that it has then. */
async function takeOver(
  dependencies: RegisterDeviceDependencies,
  device: StoredDevice,
  caller: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const { accounts, clock } = dependencies;
  const { accountId, signIn } = caller;
  if (signIn === undefined || device.signIn === signIn || device.revokedAt !== undefined) return answer(device);
  if (device.signIn !== undefined) await accounts.endSignIn(accountId, device.signIn, clock.now());
  const bound = await accounts.bindDevice(
    { accountId, deviceId: device.deviceId },
    { from: device.signIn, to: signIn },
  );
  if (bound !== undefined) return admit(dependencies, bound, caller);
  return refused('conflict', 'this device was unlinked or signed in elsewhere meanwhile: register it again');
}

/** Looks at the sign-in once more: an unlinking that has ended it meanwhile may have missed the device that was written after it had looked. */
async function admit(
  { accounts, clock }: RegisterDeviceDependencies,
  device: StoredDevice,
  { accountId, signIn }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  if (signIn === undefined || !(await accounts.hasSignInEnded(accountId, signIn))) return answer(device);
  await accounts.revokeDevice({ accountId, deviceId: device.deviceId }, { at: clock.now(), wipe: false });
  return refusedUnlinked();
}

function answer(device: StoredDevice): Outcome<z.infer<typeof DeviceResponse>> {
  return device.revokedAt === undefined ? done({ device: toWireDevice(device) }) : refusedUnlinked();
}

function refusedUnlinked(): Outcome<never> {
  return refused('forbidden', 'this device was unlinked: register it under a new id');
}

function exceededLimit(devices: readonly StoredDevice[]): { readonly limit: string; readonly max: number } | undefined {
  const live = devices.filter((device) => device.revokedAt === undefined);
  if (live.length >= DEVICES_MAX) return { limit: 'DEVICES_MAX', max: DEVICES_MAX };
  if (devices.length >= DEVICES_EVER_MAX) return { limit: 'DEVICES_EVER_MAX', max: DEVICES_EVER_MAX };
  return undefined;
}
