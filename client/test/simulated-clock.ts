import { type EpochMs, epochMs } from '@syncline/protocol';
import type { Clock } from '../src/api/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when a test says so. Timers follow the time that passes; the clock on the wall can also be set, as it
 * is when a machine has slept: its timers did not run meanwhile.
 */
export class SimulatedClock implements Clock {
  readonly #timers = new Set<Timer>();
  #passedMs = 0;
  #wallMs: number;

  constructor(startMs = 1_700_000_000_000) {
    this.#wallMs = startMs;
  }

  now(): EpochMs {
    return epochMs(this.#wallMs + this.#passedMs);
  }

  /** Time that has passed, whatever the clock on the wall says. */
  get passedMs(): number {
    return this.#passedMs;
  }

  /** Timers that are running: none may be left when everything is closed. */
  get timers(): number {
    return this.#timers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const abort = (): void => {
        this.#timers.delete(timer);
        reject(signal?.reason);
      };
      const timer: Timer = {
        atMs: this.#passedMs + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#timers.add(timer);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Sets the clock on the wall ahead, or back when `ms` is negative. No timer runs for it. */
  set(ms: number): void {
    this.#wallMs += ms;
  }

  /** Lets time pass: every timer that is due runs at its moment, and all that follows from it before the next one. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#passedMs + ms;
    await settle();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#passedMs = Math.max(this.#passedMs, next.atMs);
      this.#timers.delete(next);
      next.wake();
      await settle();
    }
    this.#passedMs = endMs;
  }

  #next(endMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}

/** Lets everything go on that waits for no timer. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
