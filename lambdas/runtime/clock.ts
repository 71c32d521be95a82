import type { EpochMs } from '@syncline/protocol';

/** The time, passed in so that tests can turn it. Safety never rests on it: only lifetimes and texts do. */
export interface Clock {
  now(): EpochMs;
  /** Resolves after `delayMs` milliseconds. */
  sleep(delayMs: number): Promise<void>;
}

/** Randomness, passed in so that a seed can replay it. */
export interface Random {
  /** `count` bytes from a source that nobody can guess. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1), for jitter only. */
  fraction(): number;
}
