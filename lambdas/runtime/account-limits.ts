import { type AccountId, epochMs, MINUTE_MS, type RouteName, SECOND_MS } from '@syncline/protocol';
import type { AttemptStore } from '../links/attempt-store.ts';
import type { Clock } from './clock.ts';
import { done, type Outcome, refused } from './outcome.ts';

/** How long requests are counted, from the first of them on. */
const COUNTED_MS = 15 * MINUTE_MS;

/**
 * Requests of routes that cost much, or reach others, which one account may send within COUNTED_MS: far more than people do, and few enough that nobody
 * makes a deployment expensive. Source: docs/PROTOCOL.md, "Limits".
 */
export const ACCOUNT_REQUESTS_MAX: { readonly [N in RouteName]?: number } = {
  search: 1500,
  restoreTree: 600,
  measureStored: 600,
  shareFolder: 100,
  invite: 300,
  createLink: 300,
  createWebhook: 100,
  testWebhook: 100,
};

export interface AccountLimitDependencies {
  readonly attempts: Pick<AttemptStore, 'take'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Counts a request of an account, or refuses it. Cost: 1 write, 2 for the first in COUNTED_MS; none for a route without a limit. */
export async function takeRequest(
  { attempts, clock }: AccountLimitDependencies,
  { name, accountId }: { readonly name: RouteName; readonly accountId: AccountId },
): Promise<Outcome<undefined>> {
  const max = ACCOUNT_REQUESTS_MAX[name];
  if (max === undefined) return done(undefined);
  const now = clock.now();
  const endsAt = epochMs(now + COUNTED_MS);
  const outcome = await attempts.take({ key: `requests ${name} ${accountId}`, max, now, endsAt });
  if (outcome.kind === 'taken') return done(undefined);
  const detail = `too many requests of this kind: this account may send ${max} in 15 minutes`;
  const retryAfterSeconds = Math.ceil((outcome.until - now) / SECOND_MS);
  return refused('rate_limited', detail, { retryAfterSeconds });
}
