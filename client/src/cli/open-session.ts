import type { AccountResponse, DeviceId } from '@syncline/protocol';
import { createApiClient } from '../api/api-client.ts';
import { createRenewingTokens } from '../api/renewing-tokens.ts';
import { systemClock } from '../api/system-clock.ts';
import { createUserPool } from '../api/user-pool.ts';
import { configurationDirectory } from '../platform/node/configuration-directory.ts';
import { createConfigurationStore } from '../platform/node/configuration-store.ts';
import { createCredentialStore } from '../platform/node/credential-store.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import { type Bandwidth, BandwidthLimit } from '../transfers/bandwidth-limit.ts';
import { TRANSFER_BYTES_MAX, TRANSFER_TASKS_MAX } from '../transfers/limits.ts';
import { TransferGate } from '../transfers/transfer-gate.ts';
import type { TransferDependencies } from '../transfers/upload-files.ts';
import { CommandError } from './command-error.ts';

/** A signed-in installation, ready to use. */
export interface Session extends TransferDependencies {
  /** As of the sign-in: what does not change. `api.getAccount()` tells the usage. */
  readonly account: Pick<AccountResponse, 'accountId' | 'email' | 'homeNamespaceId'>;
  readonly deviceId: DeviceId;
  readonly deviceName: string;
  /** Without a rate; it may be given one at any time. */
  readonly bandwidth: Bandwidth;
  /** Directory of this installation's configuration and state (`SYNCLINE_HOME`). */
  readonly home: string;
  /** Ends idle connections, so that the process can end at once; a renewal of the sign-in is waited for. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the session that the last sign-in left in this installation. Makes no request.
 *
 * @throws CommandError  nobody is signed in (exit code 3).
 */
export async function openSession(options: { readonly home?: string } = {}): Promise<Session> {
  const home = options.home ?? configurationDirectory(process.env);
  const configuration = await createConfigurationStore(home).read();
  const store = createCredentialStore(home);
  const { account, apiUrl, userPool, deviceId, deviceName } = configuration ?? {};
  const signedIn = (await store.read()) !== undefined;
  if (!signedIn || account === undefined || apiUrl === undefined || userPool === undefined || deviceId === undefined) {
    throw notSignedIn();
  }
  const transport = createNodeTransport();
  const base = { transport, clock: systemClock, random: Math.random };
  const tokens = createRenewingTokens({ userPool: createUserPool(base, userPool), store, clock: systemClock });
  return {
    ...base,
    api: createApiClient({ ...base, baseUrl: apiUrl, tokens, deviceId }),
    bandwidth: { upload: new BandwidthLimit(systemClock), download: new BandwidthLimit(systemClock) },
    gate: new TransferGate({ tasksMax: TRANSFER_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX }),
    account,
    deviceId,
    deviceName: deviceName ?? deviceId,
    home,
    close: async () => {
      await tokens.settle();
      await transport.close();
    },
  };
}

export function notSignedIn(): CommandError {
  return new CommandError({
    reason: 'notSignedIn',
    code: 'not_signed_in',
    message: 'Nobody is signed in on this device.',
    remedy: 'Sign in with `syncline login --email YOU@EXAMPLE.COM`, or make an account with `syncline signup`.',
  });
}
