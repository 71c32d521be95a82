import type { EpochMs } from '@syncline/protocol';

/**
 * Counts attempts at something that is to be hard to guess. A count is one small item that ends by itself, and readers do not wait
 * for its removal. Strongly consistent.
 */
export interface AttemptStore {
  /**
   * Takes one of `max` attempts, atomically: however many ask at once, no more than `max` are taken until the count ends. The
   * first attempt begins the count, which ends at `endsAt` then. Cost: 1 write, 2 for the first.
   */
  take(attempt: {
    readonly key: string;
    readonly max: number;
    readonly now: EpochMs;
    readonly endsAt: EpochMs;
  }): Promise<AttemptOutcome>;
  /** Gives back an attempt that turned out to be none. Nothing when the count has ended meanwhile. Cost: 1 write. */
  giveBack(key: string, now: EpochMs): Promise<void>;
  /** When more can be attempted again; undefined when it is now. Cost: 1 read. */
  fullUntil(count: { readonly key: string; readonly max: number; readonly now: EpochMs }): Promise<EpochMs | undefined>;
}

export type AttemptOutcome = { readonly kind: 'taken' } | { readonly kind: 'full'; readonly until: EpochMs };
