import { type EpochMs, epochMs } from '@syncline/protocol';
import type { Clock } from './clock.ts';

/** A clock that only moves when it is told to, or when somebody sleeps on it. */
export class MemoryClock implements Clock {
  #now: EpochMs;

  constructor(start: EpochMs = epochMs(Date.UTC(2026, 0, 1))) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  /** Returns at once; the clock has moved by `delayMs` then. */
  sleep(delayMs: number): Promise<void> {
    this.advance(delayMs);
    return Promise.resolve();
  }

  advance(byMs: number): void {
    this.#now = epochMs(this.#now + Math.max(0, Math.ceil(byMs)));
  }
}
