import type { AccountResponse, DeviceId } from '@syncline/protocol';
import { createApiClient } from '../api/api-client.ts';
import { createRenewingTokens } from '../api/renewing-tokens.ts';
import { systemClock } from '../api/system-clock.ts';
import { createUserPool } from '../api/user-pool.ts';
import { type Configuration, createConfigurationStore } from '../platform/node/configuration-store.ts';
import { createCredentialStore } from '../platform/node/credential-store.ts';
import { CuttingThreads } from '../platform/node/cutting-threads.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import { threadTime } from '../platform/node/thread-time.ts';
import { type Bandwidth, BandwidthLimit } from '../transfers/bandwidth-limit.ts';
import { TRANSFER_BYTES_MAX, WINDOW_TASKS_MAX } from '../transfers/limits.ts';
import { LinkRate } from '../transfers/link-rate.ts';
import { RequestWindow } from '../transfers/request-window.ts';
import { TransferGate } from '../transfers/transfer-gate.ts';
import type { TransferDependencies } from '../transfers/upload-files.ts';

/** What a sign-in left in an installation, without its tokens. Two that are equal are the same sign-in to the same account. */
export interface SignIn {
  readonly account: Pick<AccountResponse, 'accountId' | 'email' | 'homeNamespaceId'> & {
    /** What was signed in with, for people to read. */
    readonly address?: string | undefined;
  };
  readonly apiUrl: string;
  readonly userPool: NonNullable<Configuration['userPool']>;
  readonly deviceId: DeviceId;
  readonly deviceName: string;
}

/** A signed-in installation, ready to use. */
export interface Session extends TransferDependencies {
  /** As of the sign-in: what does not change. `api.getAccount()` tells the usage. */
  readonly account: SignIn['account'];
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
 * The sign-in of an installation; undefined when nobody is signed in. Makes no request.
 * @throws DamagedConfigurationError
 */
export async function readSignIn(home: string): Promise<SignIn | undefined> {
  const { account, apiUrl, userPool, deviceId, deviceName } = (await createConfigurationStore(home).read()) ?? {};
  if ((await createCredentialStore(home).read()) === undefined) return undefined;
  if (account === undefined || apiUrl === undefined || userPool === undefined || deviceId === undefined) {
    return undefined;
  }
  return { account, apiUrl, userPool, deviceId, deviceName: deviceName ?? deviceId };
}

/** Makes no request. */
export function startSession(home: string, signIn: SignIn): Session {
  const { account, apiUrl, userPool, deviceId, deviceName } = signIn;
  const transport = createNodeTransport();
  const cutting = new CuttingThreads();
  const base = { transport, clock: systemClock, random: Math.random };
  const store = createCredentialStore(home);
  const tokens = createRenewingTokens({ userPool: createUserPool(base, userPool), store, clock: systemClock });
  const window = new RequestWindow(systemClock);
  return {
    ...base,
    transport: window.watch(transport),
    api: createApiClient({ ...base, baseUrl: apiUrl, tokens, deviceId }),
    bandwidth: { upload: new BandwidthLimit(systemClock), download: new BandwidthLimit(systemClock) },
    link: new LinkRate(systemClock, threadTime),
    cutting,
    gate: new TransferGate({ tasksMax: WINDOW_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX, window }),
    account,
    deviceId,
    deviceName,
    home,
    close: async () => {
      await tokens.settle();
      await cutting.close();
      await transport.close();
    },
  };
}
