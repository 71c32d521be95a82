import { beforeEach, expect, test } from '@jest/globals';
import { epochMs, MINUTE_MS } from '@syncline/protocol';
import { createRenewingTokens, type StoredTokens, type TokenStore } from './renewing-tokens.ts';
import { systemClock } from './system-clock.ts';
import type { SignInOutcome } from './user-pool.ts';

const startMs = 1_700_000_000_000;
let stored: StoredTokens | undefined;
let lock: Promise<unknown>;
let refreshed: string[];
let nowMs: number;

/** A store in memory that keeps its promise: one update at a time. */
const store: TokenStore = {
  read: async () => stored,
  update: (change) => {
    const next = lock.then(async () => {
      stored = await change(stored);
      return stored;
    });
    lock = next.catch(() => undefined);
    return next;
  },
};

/** A pool with rotation: a refresh token works once. */
const userPool = {
  async refresh(refreshToken: string): Promise<SignInOutcome> {
    refreshed.push(refreshToken);
    const number = Number(refreshToken.slice('refresh-'.length));
    if (refreshed.filter((token) => token === refreshToken).length > 1) {
      return { kind: 'refused', reason: 'session-ended', message: '' };
    }
    const tokens = {
      accessToken: `access-${number + 1}`,
      refreshToken: `refresh-${number + 1}`,
      expiresInSeconds: 3600,
    };
    return { kind: 'signed-in', tokens };
  },
};

function open() {
  return createRenewingTokens({ userPool, store, clock: { ...systemClock, now: () => epochMs(nowMs) } });
}

beforeEach(() => {
  lock = Promise.resolve();
  refreshed = [];
  nowMs = startMs;
  stored = { accessToken: 'access-0', refreshToken: 'refresh-0', expiresAt: epochMs(startMs + 60 * MINUTE_MS) };
});

test('a fresh token is used as it is', async () => {
  expect(await open().current()).toBe('access-0');
  expect(refreshed).toEqual([]);
});

test('a token is renewed before it expires', async () => {
  nowMs += 59 * MINUTE_MS;
  expect(await open().current()).toBe('access-1');
  expect(stored?.refreshToken).toBe('refresh-1');
});

test('many requests at once, in two processes, use each refresh token once', async () => {
  const [one, other] = [open(), open()];
  await Promise.all([one.current(), other.current()]);
  const renewals = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? one : other).renew('access-0'));
  expect(new Set(await Promise.all(renewals))).toEqual(new Set(['access-1']));
  expect(refreshed).toEqual(['refresh-0']);
});

test('a sign-in that has ended is forgotten', async () => {
  refreshed.push('refresh-0');
  expect(await open().renew('access-0')).toBeUndefined();
  expect(stored).toBeUndefined();
});

test('a pool that is busy costs no sign-in', async () => {
  const busy = {
    refresh: async (): Promise<SignInOutcome> => ({ kind: 'refused', reason: 'too-many-attempts', message: '' }),
  };
  const tokens = createRenewingTokens({ userPool: busy, store, clock: { ...systemClock, now: () => epochMs(nowMs) } });
  expect(await tokens.renew('access-0')).toBeUndefined();
  expect(stored?.refreshToken).toBe('refresh-0');
});

test('nobody signed in is no token', async () => {
  stored = undefined;
  expect(await open().current()).toBeUndefined();
});
