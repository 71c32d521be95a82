import { setTimeout as sleep } from 'node:timers/promises';
import { machineMs } from './machine-clock.ts';

/** What a link that was at rest carries at once, as time at its rate: timers of this process are no finer. */
const BURST_MS = 4;

/** For the question of a bench; nothing for a link that is as fast as the machine. */
export function describeLink(megabitsPerSecond: number | undefined): string {
  return megabitsPerSecond === undefined ? '' : ` over a link of ${megabitsPerSecond} Mbit/s`;
}

/** Waits and tells the time, in milliseconds. */
export interface LinkClock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const machineClock: LinkClock = { now: machineMs, sleep: (ms) => sleep(ms) };

/**
 * One direction of a link of so many bytes a second, for all that travel on it together: over any time it carries no more than its
 * rate allows, and a burst. Served in the order of asking.
 */
export class LinkRate {
  readonly #bytesPerMs: number;
  readonly #clock: LinkClock;
  /** When all that was let through has been carried. */
  #freeAtMs = 0;

  constructor(megabitsPerSecond: number, clock: LinkClock = machineClock) {
    this.#bytesPerMs = (megabitsPerSecond * 1_000_000) / 8 / 1000;
    this.#clock = clock;
  }

  /** Resolves when these bytes have been carried. */
  async carry(bytes: number): Promise<void> {
    const nowMs = this.#clock.now();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs - BURST_MS) + bytes / this.#bytesPerMs;
    if (this.#freeAtMs > nowMs) await this.#clock.sleep(this.#freeAtMs - nowMs);
  }
}
