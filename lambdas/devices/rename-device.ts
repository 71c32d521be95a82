import type { DeviceId, DeviceResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { toWireDevice } from './wire-device.ts';

/** Renames a device of the account. Idempotent. Cost: one write. */
export async function renameDevice(
  { accounts }: { readonly accounts: Pick<AccountStore, 'renameDevice'> },
  { deviceId, name }: { readonly deviceId: DeviceId; readonly name: string },
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DeviceResponse>>> {
  const device = await accounts.renameDevice({ accountId, deviceId }, name);
  return device === undefined
    ? refused('not_found', 'there is no such device')
    : done({ device: toWireDevice(device) });
}
