import type { Random } from './clock.ts';

/** How often something is tried in all, and between which pauses. */
export interface RetryBudget {
  readonly attemptsMax: number;
  readonly delayMsMin: number;
  readonly delayMsMax: number;
}

/**
 * The pause after the given attempt (1, 2, 3 …) in milliseconds: full jitter, so that many clients that failed together do
 * not come back together. Never less than what the server asked for.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function retryDelayMs(options: {
  readonly budget: RetryBudget;
  readonly attempt: number;
  readonly random: Random;
  readonly retryAfterMs?: number | undefined;
}): number {
  const ceiling = Math.min(options.budget.delayMsMax, options.budget.delayMsMin * 2 ** (options.attempt - 1));
  return Math.round((options.retryAfterMs ?? 0) + options.random() * ceiling);
}

/** Seconds or an HTTP date, as `Retry-After` may be, in milliseconds from `nowMs`; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
