import type { DevicesResponse } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { type MeasureLagsDependencies, measureLags } from './measure-lags.ts';
import { toWireDevice } from './wire-device.ts';

/**
 * All devices of the account, oldest first, unlinked ones with the time of it, and how far each of the others is behind. A caller whose sign-in has
 * ended is told of its own devices alone. Cost: one Query, and what it costs to measure their lags.
 */
export async function listDevices(
  dependencies: MeasureLagsDependencies & { readonly accounts: Pick<AccountStore, 'listDevices'> },
  caller: Caller,
): Promise<Outcome<z.infer<typeof DevicesResponse>>> {
  const all = await dependencies.accounts.listDevices(caller.accountId);
  const devices = caller.hasEnded === true ? all.filter(({ signIn }) => signIn === caller.signIn) : all;
  const lags = await measureLags(dependencies, devices, caller);
  return done({
    devices: devices.map((device) => {
      const lag = lags.get(device.deviceId);
      return { ...toWireDevice(device), ...(lag === undefined ? {} : { lag }) };
    }),
  });
}
