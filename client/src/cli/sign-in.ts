import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type AccountResponse,
  type ConfigurationResponse,
  DEVICE_NAME_CHARS_MAX,
  type DeviceId,
  DeviceName,
  PROTOCOL_VERSION,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import { type ApiClient, createApiClient } from '../api/api-client.ts';
import { keepTokens } from '../api/renewing-tokens.ts';
import { systemClock } from '../api/system-clock.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { createUserPool, type SignInRefused, type SignInTokens, type UserPool } from '../api/user-pool.ts';
import { createConfigurationStore, makeDeviceId } from '../platform/node/configuration-store.ts';
import { createCredentialStore } from '../platform/node/credential-store.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import type { ExitReason } from './exit-codes.ts';

/** A deployment that can be signed in to. */
export interface SignInService {
  readonly userPool: UserPool;
  /** Ends a sign-in: registers this installation as a device of the account and keeps the tokens. */
  readonly finish: (
    tokens: SignInTokens,
    options: { readonly email: string; readonly deviceName?: string | undefined },
  ) => Promise<SignedIn>;
  readonly close: () => Promise<void>;
}

export interface SignedIn {
  readonly account: AccountResponse;
  readonly deviceId: DeviceId;
  /** As the account calls it: a device that it knows keeps its name, unless it was given another one. */
  readonly deviceName: string;
  /** The device of this installation was unlinked, and cannot come back. */
  readonly isReplaced: boolean;
}

/** Finds the deployment and asks it where to sign in. */
export async function openSignInService(
  context: CommandContext,
  options: { readonly api?: string | undefined },
): Promise<SignInService> {
  const apiUrl = await findApiUrl(context, options.api);
  const transport = createNodeTransport();
  const base = { transport, clock: systemClock, random: Math.random, baseUrl: apiUrl };
  const known = await createConfigurationStore(context.home).read();
  const deviceId = known?.deviceId ?? makeDeviceId();
  const open = (accessToken: string | undefined, device: DeviceId): ApiClient => {
    const tokens = { current: async () => accessToken, renew: async () => undefined };
    return createApiClient({ ...base, tokens, deviceId: device });
  };
  try {
    const configuration = await readConfiguration(open(undefined, deviceId), apiUrl);
    return {
      userPool: createUserPool(base, configuration.userPool),
      close: transport.close,
      finish: async (tokens, { email: address, deviceName }) => {
        const api = open(tokens.accessToken, deviceId);
        const account = await api.getAccount();
        if (!account.ok) throw problemError(account.problem, 'The account');
        const otherwise = known?.deviceName ?? defaultDeviceName();
        const device = await registerDevice(api, deviceId, { given: deviceName, otherwise });
        const { accountId, email, homeNamespaceId } = account.value;
        await createConfigurationStore(context.home).write({
          ...device,
          apiUrl,
          userPool: configuration.userPool,
          account: { accountId, homeNamespaceId, address, ...(email === undefined ? {} : { email }) },
        });
        await createCredentialStore(context.home).update(async () => keepTokens(tokens, systemClock));
        const isReplaced = known !== undefined && device.deviceId !== deviceId;
        return { account: account.value, ...device, isReplaced };
      },
    };
  } catch (failure) {
    await transport.close();
    throw failure;
  }
}

async function readConfiguration(
  api: ApiClient,
  apiUrl: string,
): Promise<{ readonly userPool: NonNullable<ConfigurationResponse['userPool']> }> {
  const answer = await api.getConfiguration().catch((failure: unknown) => {
    throw failure instanceof UnavailableError ? noService(apiUrl, failure) : failure;
  });
  if (!answer.ok) throw problemError(answer.problem, apiUrl);
  if (answer.value.protocolVersion !== PROTOCOL_VERSION) {
    throw new CommandError({
      reason: 'refused',
      code: 'protocol_version',
      message: `${apiUrl} speaks version ${answer.value.protocolVersion} of the protocol, this client version ${PROTOCOL_VERSION}.`,
      remedy: 'Install the client that belongs to the deployment.',
    });
  }
  const { userPool } = answer.value;
  if (userPool !== undefined) return { userPool };
  throw new CommandError({
    reason: 'refused',
    code: 'foreign_issuer',
    message: `${apiUrl} signs people in at ${answer.value.issuer}, which this command cannot do.`,
    remedy: 'Sign in with the web app of the deployment.',
  });
}

/** The address may come from a variable or a file, so it is named. */
function noService(apiUrl: string, cause: UnavailableError): CommandError {
  return new CommandError({
    reason: 'unavailable',
    code: 'unavailable',
    message: `No Syncline answers at ${apiUrl}: ${cause.message}.`,
    remedy: 'Check the address (`--api URL` gives another one), the connection, and that the service runs.',
    cause,
  });
}

/** An id that has been unlinked cannot come back; the installation takes another one then. */
async function registerDevice(
  api: ApiClient,
  deviceId: DeviceId,
  { given, otherwise }: { readonly given: string | undefined; readonly otherwise: string },
): Promise<Pick<SignedIn, 'deviceId' | 'deviceName'>> {
  for (const id of [deviceId, makeDeviceId()]) {
    const name = given ?? otherwise;
    const answer = await api.registerDevice({ body: { deviceId: id, name, platform: platformName() } });
    if (answer.ok && answer.value.device.revokedAt === undefined) {
      const { device } = answer.value;
      if (given === undefined || device.name === given) return { deviceId: id, deviceName: device.name };
      return { deviceId: id, deviceName: await renameDevice(api, id, given) };
    }
    const unlinked = answer.ok || answer.problem.code === 'forbidden' || answer.problem.code === 'conflict';
    if (!answer.ok && !unlinked) throw problemError(answer.problem, 'This device');
  }
  throw new CommandError({
    reason: 'refused',
    code: 'device_refused',
    message: 'The service does not accept this device.',
    remedy: 'Look at the devices of the account and unlink one that you do not need.',
  });
}

async function renameDevice(api: ApiClient, deviceId: DeviceId, name: string): Promise<string> {
  const answer = await api.renameDevice({ parameters: { deviceId }, body: { name } });
  if (!answer.ok) throw problemError(answer.problem, 'This device');
  return answer.value.device.name;
}

function platformName(): 'linux' | 'macos' | 'windows' | 'other' {
  const names = { linux: 'linux', darwin: 'macos', win32: 'windows' } as const;
  return process.platform in names ? names[process.platform as keyof typeof names] : 'other';
}

function defaultDeviceName(): string {
  const name = hostname().slice(0, DEVICE_NAME_CHARS_MAX);
  return z.safeParse(DeviceName, name).success ? name : 'computer';
}

/** `--api`, SYNCLINE_API, the one signed in to before, or that of the nearest local stack, in this order. */
async function findApiUrl(context: CommandContext, given: string | undefined): Promise<string> {
  const { SYNCLINE_API } = context.environment;
  const stored = (await createConfigurationStore(context.home).read())?.apiUrl;
  const url =
    given ?? (SYNCLINE_API === '' ? undefined : SYNCLINE_API) ?? stored ?? (await findLocalApiUrl(process.cwd()));
  if (url === undefined) {
    throw new CommandError({
      reason: 'usage',
      code: 'no_api',
      message: 'It is not known which Syncline to sign in to.',
      remedy:
        'Name it with `--api URL` or the variable SYNCLINE_API, or run the command inside a folder where `npm start` runs.',
    });
  }
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw new CommandError({
    reason: 'usage',
    code: 'bad_api',
    message: `'${url}' is not an http or https URL.`,
    remedy: 'Name the service such as `--api https://sync.example.com`, or by the variable SYNCLINE_API.',
  });
}

const LocalOutputs = z.object({ apiUrl: z.string(), webUrl: z.optional(z.string()) });

/** What `npm start` wrote for this folder or one above it. */
async function findLocalApiUrl(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    try {
      const file = join(folder, '.local', 'outputs.json');
      const { apiUrl, webUrl } = z.parse(LocalOutputs, JSON.parse(await readFile(file, 'utf8')));
      // As in AWS: below the web app's address, so that a person can open the links that are made.
      return webUrl ?? apiUrl;
    } catch {
      // No local stack here, or one that is just being started.
      if (dirname(folder) === folder) return undefined;
    }
  }
}

const REFUSED: Readonly<
  Partial<Record<SignInRefused['reason'], { readonly reason: ExitReason; readonly remedy: string }>>
> = {
  'wrong-password': { reason: 'notSignedIn', remedy: 'Check both, or make an account with `syncline signup`.' },
  'account-exists': { reason: 'conflict', remedy: 'Sign in with `syncline login`.' },
  'not-confirmed': {
    reason: 'notSignedIn',
    remedy: 'Repeat with the code from the mail: `syncline signup --code CODE …`.',
  },
  'invalid-email': { reason: 'refused', remedy: 'Give the whole address, such as name@example.com.' },
  'weak-password': { reason: 'refused', remedy: 'Choose another password.' },
  'too-many-attempts': { reason: 'unavailable', remedy: 'Wait a few minutes.' },
};

/** A refused sign-up or sign-in as a command's failure. */
export function signInError(refused: SignInRefused): CommandError {
  const { reason, remedy } = REFUSED[refused.reason] ?? { reason: 'refused' as const, remedy: undefined };
  return new CommandError({ reason, code: refused.reason.replaceAll('-', '_'), message: refused.message, remedy });
}
