import type { ApiClient } from '@syncline/client';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Offline } from '../offline/create-offline.ts';
import type { LiveChanges } from './live-changes.ts';
import type { Session, SessionState, SignedIn } from './session.ts';

/** What pages have once somebody is signed in. */
export interface LiveSession extends SignedIn {
  readonly live: LiveChanges;
  readonly offline: Offline;
}

export const SessionContext = createContext<Session | undefined>(undefined);
export const SignedInContext = createContext<LiveSession | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('the app gives the session');
  return session;
}

export function useSessionState(): SessionState {
  const { state } = useSession();
  return useSyncExternalStore(state.subscribe, state.get);
}

/** Precondition: inside of what is only shown to somebody who is signed in. */
export function useSignedIn(): LiveSession {
  const signedIn = useContext(SignedInContext);
  if (signedIn === undefined) throw new Error('somebody is signed in here');
  return signedIn;
}

export function useApi(): ApiClient {
  return useSignedIn().api;
}
