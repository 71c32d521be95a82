import type { Random } from './clock.ts';

const DELAY_MS_MIN = 20;
const DELAY_MS_MAX = 1000;

/**
 * The pause before a repeat, in milliseconds: exponential with full jitter, so that callers who failed together do not
 * come back together. `attempt` is 1 before the first repeat. Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function retryDelayMs(random: Random, attempt: number): number {
  return random.fraction() * Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** attempt);
}
