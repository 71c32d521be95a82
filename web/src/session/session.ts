import {
  type AccessTokens,
  type ApiClient,
  createApiClient,
  createFetchTransport,
  createRenewingTokens,
  createUserPool,
  keepTokens,
  type SignInTokens,
  systemClock,
  type TokenStore,
  UnavailableError,
  type UserPool,
} from '@syncline/client';
import type { AccountResponse, DeviceId } from '@syncline/protocol';
import { START_WAIT_MS } from '../offline/limits.ts';
import { dropKept, dropOfflineData, dropOthers } from '../offline/offline-database.ts';
import { createBrowserTokenStore } from './browser-token-store.ts';
import { openSessionDatabase } from './open-session-database.ts';
import { readDeviceId, registerBrowser } from './register-browser.ts';
import type { SessionDatabase } from './session-database.ts';
import { type WatchedValue, watchedValue } from './watched-value.ts';

/** Somebody who is signed in, and what acts for them. */
export interface SignedIn {
  readonly kind: 'signed-in';
  readonly account: AccountResponse;
  /** The address that the account signs in with. */
  readonly email: string | undefined;
  readonly api: ApiClient;
  readonly deviceId: DeviceId;
  /** For what is asked of the user pool, and for workers, which have calls of their own. */
  readonly tokens: AccessTokens;
  /** Nothing has answered yet: who it is is known from the last time. */
  readonly isFromMemory: boolean;
}

export type SessionState =
  | { readonly kind: 'starting' }
  /** Nothing answers; a sign-in that is kept is not lost by that. */
  | { readonly kind: 'unreachable' }
  /** The deployment signs people in at another place, which this app cannot do. */
  | { readonly kind: 'foreign-issuer'; readonly issuer: string }
  | { readonly kind: 'signed-out'; readonly because: 'nobody' | 'asked' | 'ended' | 'unlinked' | 'refused' }
  | SignedIn;

/** The sign-in of this browser profile, one for all its tabs. */
export interface Session {
  readonly state: Pick<WatchedValue<SessionState>, 'get' | 'subscribe'>;
  /** Takes up the sign-in that is kept, if there is one. Repeating it tries again. */
  start(): Promise<void>;
  /** Precondition: the state is not `starting`, `unreachable` or `foreign-issuer`. */
  userPool(): UserPool;
  finishSignIn(tokens: SignInTokens): Promise<void>;
  /** With it goes what this browser keeps of the account. What waits to be sent stays, unseen, where the sign-in has only `ended`. */
  signOut(because: 'asked' | 'ended' | 'unlinked'): Promise<void>;
}

const transport = createFetchTransport();
const connection = { transport, clock: systemClock, random: Math.random, baseUrl: location.origin };

type PoolConfiguration = Parameters<typeof createUserPool>[1];

interface Opened {
  readonly database: SessionDatabase;
  readonly store: TokenStore;
  readonly userPool: UserPool;
  readonly configuration: PoolConfiguration;
}

/** What is known of who is signed in, for when nothing answers. */
interface LastSeen {
  readonly account: AccountResponse;
  readonly email: string | undefined;
  readonly deviceId: DeviceId;
  readonly userPool: PoolConfiguration;
}

export function createSession(): Session {
  const state = watchedValue<SessionState>({ kind: 'starting' });
  let opened: Opened | undefined;
  const tabs = new BroadcastChannel('syncline-session');
  tabs.addEventListener('message', ({ data }) => {
    if (data === 'signed-out' && state.get().kind === 'signed-in') state.set({ kind: 'signed-out', because: 'asked' });
    if (data === 'signed-in' && state.get().kind === 'signed-out') void start();
  });

  const ended = (): void => void signOut('ended');

  const startOnline = async (): Promise<SessionState> => {
    const found = opened ?? (await openPool());
    if ('kind' in found) return found;
    opened = found;
    const isKept = (await found.store.read()) !== undefined;
    return isKept ? enter(found, ended) : { kind: 'signed-out', because: 'nobody' };
  };

  const start = async (): Promise<void> => {
    state.set({ kind: 'starting' });
    const database = await openSessionDatabase();
    const seen = await readLastSeen(database);
    if (seen === undefined) return state.set(await unlessUnreachable(startOnline, undefined));
    const fromMemory = (): SessionState => {
      opened = poolOf(database, seen.userPool);
      return enterFromMemory(opened, seen, ended);
    };
    state.set(await unlessUnreachable(startOnline, fromMemory));
  };

  const signOut = async (because: 'asked' | 'ended' | 'unlinked'): Promise<void> => {
    const present = opened;
    const was = state.get();
    state.set({ kind: 'signed-out', because });
    tabs.postMessage('signed-out');
    if (present === undefined) return;
    const { database, store, userPool } = present;
    const kept = await store.read();
    await store.update(async () => undefined);
    await database.remove('last-seen');
    if (was.kind === 'signed-in') {
      const { accountId } = was.account;
      await (because === 'ended' ? dropKept(accountId) : dropOfflineData(accountId));
    }
    // What cannot be revoked for want of a network ends by itself; this browser has forgotten it.
    if (kept !== undefined) await userPool.revoke(kept.refreshToken).catch(() => undefined);
  };

  return {
    state,
    start,
    userPool() {
      if (opened === undefined) throw new Error('the session has not started');
      return opened.userPool;
    },
    async finishSignIn(tokens) {
      if (opened === undefined) throw new Error('the session has not started');
      await opened.store.update(async () => keepTokens(tokens, systemClock));
      state.set(await enter(opened, ended));
      tabs.postMessage('signed-in');
    },
    signOut,
  };
}

function apiWith({ store, userPool }: Opened, ended: () => void) {
  const tokens = endedBy(createRenewingTokens({ userPool, store, clock: systemClock }), ended);
  return { tokens, apiOf: (deviceId: DeviceId) => createApiClient({ ...connection, tokens, deviceId }) };
}

async function enter(pool: Opened, ended: () => void): Promise<SessionState> {
  const { database, userPool } = pool;
  const { tokens, apiOf } = apiWith(pool, ended);
  const kept = await readDeviceId(database);
  const [account, email] = await Promise.all([apiOf(kept).getAccount(), readEmail(userPool, tokens)]);
  if (!account.ok) return refusedState(account.problem.code);
  const deviceId = await registerBrowser({ database, apiOf }, kept);
  if (deviceId === undefined) return { kind: 'signed-out', because: 'refused' };
  const seen: LastSeen = { account: account.value, email, deviceId, userPool: pool.configuration };
  await database.write('last-seen', seen);
  await dropOthers(seen.account.accountId);
  return signedInAs(seen, { api: apiOf(deviceId), tokens, isFromMemory: false });
}

/** As who was signed in last, without asking anybody: for what this browser has. */
function enterFromMemory(pool: Opened, seen: LastSeen, ended: () => void): SessionState {
  const { tokens, apiOf } = apiWith(pool, ended);
  return signedInAs(seen, { api: apiOf(seen.deviceId), tokens, isFromMemory: true });
}

function signedInAs(
  { account, email, deviceId }: LastSeen,
  acting: Pick<SignedIn, 'api' | 'tokens' | 'isFromMemory'>,
): SignedIn {
  return { kind: 'signed-in', account, email, deviceId, ...acting };
}

function poolOf(database: SessionDatabase, configuration: PoolConfiguration): Opened {
  const store = createBrowserTokenStore(database);
  return { database, store, userPool: createUserPool(connection, configuration), configuration };
}

/** Undefined where the pool does not say: the app works without it. */
async function readEmail(userPool: UserPool, tokens: AccessTokens): Promise<string | undefined> {
  const accessToken = await tokens.current();
  if (accessToken === undefined) return undefined;
  const profile = await userPool.readProfile(accessToken);
  return profile.kind === 'known' ? profile.email : undefined;
}

async function openPool(): Promise<Opened | SessionState> {
  const nobody: AccessTokens = { current: async () => undefined, renew: async () => undefined };
  const database = await openSessionDatabase();
  const api = createApiClient({ ...connection, tokens: nobody, deviceId: await readDeviceId(database) });
  const answer = await api.getConfiguration();
  if (!answer.ok) return { kind: 'unreachable' };
  const { userPool, issuer } = answer.value;
  if (userPool === undefined) return { kind: 'foreign-issuer', issuer };
  return poolOf(database, userPool);
}

/** Undefined where nobody is signed in. */
async function readLastSeen(database: SessionDatabase): Promise<LastSeen | undefined> {
  const isKept = typeof (await database.read('refresh-token')) === 'string';
  return isKept ? ((await database.read('last-seen')) as LastSeen | undefined) : undefined;
}

/** What comes of asking the service, or of memory where it cannot be asked in time. */
async function unlessUnreachable(
  ask: () => Promise<SessionState>,
  fromMemory: (() => SessionState) | undefined,
): Promise<SessionState> {
  if (fromMemory !== undefined && !navigator.onLine) return fromMemory();
  const asked = ask().catch((failure: unknown): SessionState => {
    if (!(failure instanceof UnavailableError)) throw failure;
    return { kind: 'unreachable' };
  });
  if (fromMemory === undefined) return asked;
  const first = await Promise.race([asked, systemClock.sleep(START_WAIT_MS)]);
  return first === undefined || first.kind === 'unreachable' ? fromMemory() : first;
}

/** Tells once the sign-in has ended: then there is no token any more. */
function endedBy(tokens: AccessTokens, ended: () => void): AccessTokens {
  const watched = (token: string | undefined): string | undefined => {
    if (token === undefined) ended();
    return token;
  };
  return {
    current: async (signal) => watched(await tokens.current(signal)),
    renew: async (refused, signal) => watched(await tokens.renew(refused, signal)),
  };
}

function refusedState(code: string): SessionState {
  return code === 'unauthenticated' ? { kind: 'signed-out', because: 'ended' } : { kind: 'unreachable' };
}
