import { type EpochMs, epochMs } from '@syncline/protocol';
import type { Clock } from '../src/api/clock.ts';

/** A clock that only moves when a test moves it. */
export class ManualClock implements Clock {
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  #nowMs = 0;

  now(): EpochMs {
    return epochMs(this.#nowMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { atMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  /** When the next sleeper wakes, in milliseconds from now; undefined when nobody sleeps. */
  get nextMs(): number | undefined {
    const [first] = [...this.#sleepers].map(({ atMs }) => atMs).toSorted((a, b) => a - b);
    return first === undefined ? undefined : first - this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.atMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}
