import type { EpochMs } from '@syncline/protocol';

/**
 * Counts attempts at something that is to be hard to guess, or bytes that are to be bounded. A count is one small item that ends by itself, and readers do not wait
 * for its removal. Strongly consistent.
 */
export interface AttemptStore {
  /**
   * Takes `count` of `max`, all of them or none, atomically: however many ask at once, no more than `max` are taken until the count
   * ends. The first to be taken begins the count, which ends at `endsAt` then. Cost: 1 write, 2 for the first.
   * Precondition: `count` is at most `max`.
   */
  take(attempt: {
    readonly key: string;
    /** 1 when absent. */
    readonly count?: number;
    readonly max: number;
    readonly now: EpochMs;
    readonly endsAt: EpochMs;
  }): Promise<AttemptOutcome>;
  /** Gives back what turned out to count for nothing. Nothing happens when the count has ended, or has not as much. Cost: 1 write. */
  giveBack(back: { readonly key: string; readonly count?: number; readonly now: EpochMs }): Promise<void>;
  /** When more can be attempted again; undefined when it is now. Cost: 1 read. */
  fullUntil(count: { readonly key: string; readonly max: number; readonly now: EpochMs }): Promise<EpochMs | undefined>;
}

export type AttemptOutcome = { readonly kind: 'taken' } | { readonly kind: 'full'; readonly until: EpochMs };
