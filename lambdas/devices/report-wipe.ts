import type { DeviceId, DeviceResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { toWireDevice } from './wire-device.ts';

/** Keeps what a device that was asked to remove its files says of it; the last word stands. Cost: one write. */
export async function reportWipe(
  { accounts }: { readonly accounts: Pick<AccountStore, 'reportWipe'> },
  report: { readonly deviceId: DeviceId; readonly removedFiles: number; readonly keptFiles: number },
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const { deviceId, removedFiles, keptFiles } = report;
  const device = await accounts.reportWipe({ accountId, deviceId }, { state: 'done', removedFiles, keptFiles });
  if (device === undefined) return refused('not_found', 'there is no such device that was asked to remove its files');
  return done({ device: toWireDevice(device) });
}
