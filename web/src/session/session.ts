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
}

export type SessionState =
  | { readonly kind: 'starting' }
  /** Nothing answers; a sign-in that is kept is not lost by that. */
  | { readonly kind: 'unreachable' }
  /** The deployment signs people in at another place, which this app cannot do. */
  | { readonly kind: 'foreign-issuer'; readonly issuer: string }
  | { readonly kind: 'signed-out'; readonly because: 'nobody' | 'asked' | 'ended' | 'refused' }
  | SignedIn;

/** The sign-in of this browser profile, one for all its tabs. */
export interface Session {
  readonly state: Pick<WatchedValue<SessionState>, 'get' | 'subscribe'>;
  /** Takes up the sign-in that is kept, if there is one. Repeating it tries again. */
  start(): Promise<void>;
  /** Precondition: the state is not `starting`, `unreachable` or `foreign-issuer`. */
  userPool(): UserPool;
  finishSignIn(tokens: SignInTokens): Promise<void>;
  signOut(because: 'asked' | 'ended'): Promise<void>;
}

const transport = createFetchTransport();
const connection = { transport, clock: systemClock, random: Math.random, baseUrl: location.origin };

interface Opened {
  readonly database: SessionDatabase;
  readonly store: TokenStore;
  readonly userPool: UserPool;
}

export function createSession(): Session {
  const state = watchedValue<SessionState>({ kind: 'starting' });
  let opened: Opened | undefined;
  const tabs = new BroadcastChannel('syncline-session');
  tabs.addEventListener('message', ({ data }) => {
    if (data === 'signed-out' && state.get().kind === 'signed-in') state.set({ kind: 'signed-out', because: 'asked' });
    if (data === 'signed-in' && state.get().kind === 'signed-out') void start();
  });

  const enter = async ({ database, store, userPool }: Opened): Promise<void> => {
    const renewing = createRenewingTokens({ userPool, store, clock: systemClock });
    const tokens = endedBy(renewing, () => void signOut('ended'));
    const apiOf = (deviceId: DeviceId) => createApiClient({ ...connection, tokens, deviceId });
    const kept = await readDeviceId(database);
    const [account, email] = await Promise.all([apiOf(kept).getAccount(), readEmail(userPool, tokens)]);
    if (!account.ok) return state.set(refusedState(account.problem.code));
    const deviceId = await registerBrowser({ database, apiOf }, kept);
    if (deviceId === undefined) return state.set({ kind: 'signed-out', because: 'refused' });
    state.set({ kind: 'signed-in', account: account.value, email, api: apiOf(deviceId), deviceId, tokens });
  };

  const start = async (): Promise<void> => {
    state.set({ kind: 'starting' });
    try {
      const found = opened ?? (await openPool());
      if ('kind' in found) return state.set(found);
      opened = found;
      const isKept = (await found.store.read()) !== undefined;
      if (isKept) await enter(found);
      else state.set({ kind: 'signed-out', because: 'nobody' });
    } catch (failure) {
      if (!(failure instanceof UnavailableError)) throw failure;
      state.set({ kind: 'unreachable' });
    }
  };

  const signOut = async (because: 'asked' | 'ended'): Promise<void> => {
    const present = opened;
    state.set({ kind: 'signed-out', because });
    tabs.postMessage('signed-out');
    if (present === undefined) return;
    const { store, userPool } = present;
    const kept = await store.read();
    await store.update(async () => undefined);
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
      await enter(opened);
      tabs.postMessage('signed-in');
    },
    signOut,
  };
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
  return { database, store: createBrowserTokenStore(database), userPool: createUserPool(connection, userPool) };
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
