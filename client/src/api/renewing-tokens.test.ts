import { beforeEach, expect, test } from '@jest/globals';
import { epochMs, MINUTE_MS } from '@syncline/protocol';
import fc from 'fast-check';
import { RENEWALS_MAX } from './limits.ts';
import { createRenewingTokens, type StoredTokens, type TokenStore } from './renewing-tokens.ts';
import { systemClock } from './system-clock.ts';
import { UnavailableError } from './unavailable-error.ts';
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

test('a pool that is busy costs no sign-in, and is not told as one that has ended', async () => {
  const busy = {
    refresh: async (): Promise<SignInOutcome> => ({ kind: 'refused', reason: 'too-many-attempts', message: 'Wait.' }),
  };
  const tokens = createRenewingTokens({ userPool: busy, store, clock: { ...systemClock, now: () => epochMs(nowMs) } });
  await expect(tokens.renew('access-0')).rejects.toBeInstanceOf(UnavailableError);
  expect(stored?.refreshToken).toBe('refresh-0');
});

test('while the pool cannot be reached a token is used for as long as it lives', async () => {
  const unreachable = { refresh: () => Promise.reject(new UnavailableError('no answer')) };
  const tokens = createRenewingTokens({
    userPool: unreachable,
    store,
    clock: { ...systemClock, now: () => epochMs(nowMs) },
  });
  nowMs += 59 * MINUTE_MS;
  expect(await tokens.current()).toBe('access-0');
  nowMs += MINUTE_MS;
  await expect(tokens.current()).rejects.toBeInstanceOf(UnavailableError);
  expect(stored?.refreshToken).toBe('refresh-0');
});

test('many requests at once that cannot be renewed try it once, not one after the other', async () => {
  let tries = 0;
  const unreachable = {
    async refresh(): Promise<SignInOutcome> {
      tries += 1;
      await new Promise((resolve) => setImmediate(resolve));
      throw new UnavailableError('no answer');
    },
  };
  const clock = { ...systemClock, now: () => epochMs(nowMs) };
  const tokens = createRenewingTokens({ userPool: unreachable, store, clock });
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => tokens.renew('access-0')));
  expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'));
  expect(tries).toBe(1);
});

test('a token that is refused while another renewal finds it good enough is renewed all the same', async () => {
  const other = open();
  await other.current();
  const present = stored;
  nowMs += 59 * MINUTE_MS;
  // Another process has just renewed, and the service refuses what it got.
  stored = { accessToken: 'access-7', refreshToken: 'refresh-7', expiresAt: epochMs(nowMs + 60 * MINUTE_MS) };
  const [taken, renewed] = await Promise.all([other.current(), other.renew('access-7')]);
  expect([present?.accessToken, taken, renewed]).toEqual(['access-0', 'access-7', 'access-8']);
});

test('a caller that aborts stops waiting, and the renewal goes on', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const slow = {
    async refresh(refreshToken: string) {
      await answered;
      return userPool.refresh(refreshToken);
    },
  };
  const tokens = createRenewingTokens({ userPool: slow, store, clock: { ...systemClock, now: () => epochMs(nowMs) } });
  const reason = new Error('enough');
  const controller = new AbortController();
  const waiting = tokens.renew('access-0', controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(tokens.renew('access-0', controller.signal)).rejects.toBe(reason);
  answer();
  await tokens.settle();
  expect([stored?.accessToken, refreshed]).toEqual(['access-1', ['refresh-0']]);
});

/** What may happen to an installation in the course of weeks, and to its clock. */
const eventOf = fc.oneof(
  fc.record({ use: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 }) }),
  fc.record({ passMs: fc.integer({ min: 0, max: 90 * MINUTE_MS }) }),
  fc.record({ setMs: fc.integer({ min: -48 * 60 * MINUTE_MS, max: 48 * 60 * MINUTE_MS }) }),
  fc.record({ pool: fc.constantFrom<PoolState>('up', 'up', 'down', 'busy') }),
);
type PoolState = 'up' | 'down' | 'busy';

test('whatever happens in weeks: each refresh token is used once, nobody is signed out, and every request gets a living token', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(eventOf, { maxLength: 40 }), async (events) => {
      const world = { serverMs: startMs, clockMs: startMs, pool: 'up' as PoolState, born: [startMs] };
      stored = { accessToken: 'access-0', refreshToken: 'refresh-0', expiresAt: epochMs(startMs + 60 * MINUTE_MS) };
      lock = Promise.resolve();
      const pool = {
        async refresh(refreshToken: string): Promise<SignInOutcome> {
          await Promise.resolve();
          if (world.pool === 'down') throw new UnavailableError('no answer');
          if (world.pool === 'busy') return { kind: 'refused', reason: 'too-many-attempts', message: 'Wait.' };
          const number = Number(refreshToken.slice('refresh-'.length));
          if (number !== world.born.length - 1) return { kind: 'refused', reason: 'session-ended', message: '' };
          world.born.push(world.serverMs);
          const next = number + 1;
          const tokens = { accessToken: `access-${next}`, refreshToken: `refresh-${next}`, expiresInSeconds: 3600 };
          return { kind: 'signed-in', tokens };
        },
      };
      const lives = (token: string | undefined): boolean => {
        const born = world.born[Number(token?.slice('access-'.length))];
        return born !== undefined && world.serverMs - born < 60 * MINUTE_MS;
      };
      const clock = { ...systemClock, now: () => epochMs(world.clockMs) };
      const processes = [0, 1, 2].map(() => createRenewingTokens({ userPool: pool, store, clock }));
      /** As every request does: the present token, and another one each time that one is refused. */
      const use = async (index: number): Promise<boolean> => {
        const tokens = processes[index] as (typeof processes)[number];
        try {
          let token = await tokens.current();
          for (let renewals = 0; token !== undefined && !lives(token) && renewals < RENEWALS_MAX; renewals++) {
            token = await tokens.renew(token);
          }
          return lives(token);
        } catch (failure) {
          expect(failure).toBeInstanceOf(UnavailableError);
          return world.pool !== 'up';
        }
      };
      for (const event of events) {
        if ('passMs' in event) {
          world.serverMs += event.passMs;
          world.clockMs += event.passMs;
        }
        if ('setMs' in event) world.clockMs += event.setMs;
        if ('pool' in event) world.pool = event.pool;
        if ('use' in event) expect(await Promise.all(event.use.map(use))).toEqual(event.use.map(() => true));
        expect(stored).toBeDefined();
      }
    }),
  );
});

test('nobody signed in is no token', async () => {
  stored = undefined;
  expect(await open().current()).toBeUndefined();
});
