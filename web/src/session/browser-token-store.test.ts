import { expect, test } from '@jest/globals';
import { createRenewingTokens, systemClock } from '@syncline/client';
import { createBrowserTokenStore } from './browser-token-store.ts';
import type { SessionDatabase, SessionKey } from './session-database.ts';

/** One browser profile, with all that was ever written. */
function openProfile(): { readonly database: SessionDatabase; readonly written: unknown[] } {
  const kept = new Map<SessionKey, unknown>();
  const written: unknown[] = [];
  const database: SessionDatabase = {
    read: async (key) => kept.get(key),
    write: async (key, value) => {
      written.push(value);
      kept.set(key, value);
    },
    remove: async (key) => {
      kept.delete(key);
    },
  };
  return { database, written };
}

/** A user pool with rotation: each refresh token is good once, and a second use ends the sign-in. */
function openPool() {
  let count = 0;
  let good = 'refresh 0';
  return {
    refresh: async (token: string) => {
      if (token !== good)
        return { kind: 'refused', reason: 'session-ended', message: 'The sign-in has ended.' } as const;
      count += 1;
      good = `refresh ${count}`;
      const tokens = { accessToken: `access ${count}`, refreshToken: good, expiresInSeconds: 3600 };
      return { kind: 'signed-in', tokens } as const;
    },
  };
}

test('several tabs renew one after the other, so that no refresh token is used twice', async () => {
  const { database } = openProfile();
  await database.write('refresh-token', 'refresh 0');
  const userPool = openPool();
  const tabs = Array.from({ length: 5 }, () =>
    createRenewingTokens({ userPool, store: createBrowserTokenStore(database), clock: systemClock }),
  );
  const tokens = await Promise.all(tabs.map((tab) => tab.current()));
  expect(tokens.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
    'access 1',
    'access 2',
    'access 3',
    'access 4',
    'access 5',
  ]);
  expect(await database.read('refresh-token')).toBe('refresh 5');
});

test('an access token is never kept, only the newest refresh token', async () => {
  const { database, written } = openProfile();
  await database.write('refresh-token', 'refresh 0');
  const store = createBrowserTokenStore(database);
  const tokens = createRenewingTokens({ userPool: openPool(), store, clock: systemClock });
  expect(await tokens.current()).toBe('access 1');
  expect(await tokens.renew('access 1')).toBe('access 2');
  expect(written).toEqual(['refresh 0', 'refresh 1', 'refresh 2']);
});

test('an ended sign-in is forgotten by all', async () => {
  const { database } = openProfile();
  await database.write('refresh-token', 'stolen and used');
  const store = createBrowserTokenStore(database);
  const tokens = createRenewingTokens({ userPool: openPool(), store, clock: systemClock });
  expect(await tokens.current()).toBeUndefined();
  expect(await database.read('refresh-token')).toBeUndefined();
  expect(await store.read()).toBeUndefined();
});
