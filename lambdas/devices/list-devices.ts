import type { DevicesResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';

/** All devices of the account, oldest first, unlinked ones with the time of it. Cost: one Query. */
export async function listDevices(
  { accounts }: { readonly accounts: Pick<AccountStore, 'listDevices'> },
  { accountId }: Caller,
): Promise<Outcome<z.infer<typeof DevicesResponse>>> {
  return done({ devices: [...(await accounts.listDevices(accountId))] });
}
