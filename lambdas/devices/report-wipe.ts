import type { DeviceId, DeviceResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { toWireDevice } from './wire-device.ts';

/**
 * Keeps what a device that was asked to remove its files says of it; the last word stands. A caller whose sign-in has ended speaks for its own
 * device alone. Cost: one write, and a read then.
 */
export async function reportWipe(
  { accounts }: { readonly accounts: Pick<AccountStore, 'getDevice' | 'reportWipe'> },
  report: { readonly deviceId: DeviceId; readonly removedFiles: number; readonly keptFiles: number },
  { accountId, signIn, hasEnded }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const { deviceId, removedFiles, keptFiles } = report;
  const isOwn = hasEnded !== true || (await accounts.getDevice(accountId, deviceId))?.signIn === signIn;
  const device = isOwn
    ? await accounts.reportWipe({ accountId, deviceId }, { state: 'done', removedFiles, keptFiles })
    : undefined;
  if (device === undefined) return refused('not_found', 'there is no such device that was asked to remove its files');
  return done({ device: toWireDevice(device) });
}
