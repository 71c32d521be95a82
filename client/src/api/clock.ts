import type { EpochMs } from '@syncline/protocol';

/** Port to time, so that tests decide how long a pause is. */
export interface Clock {
  now(): EpochMs;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), as `Math.random` gives. */
export type Random = () => number;
