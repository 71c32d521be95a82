import { type EpochMs, epochMs } from '@syncline/protocol';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import type { Scheduler } from './scheduler.ts';

/** A clock of somebody: simulated time, and how wrong it is. Sleeping on it takes simulated time. */
export class SimulatedClock extends MemoryClock {
  readonly #scheduler: Scheduler;
  #offsetMs = 0;

  constructor(scheduler: Scheduler) {
    super();
    this.#scheduler = scheduler;
  }

  override now(): EpochMs {
    return epochMs(Math.floor(this.#scheduler.nowMs) + this.#offsetMs);
  }

  override sleep(delayMs: number): Promise<void> {
    return this.#scheduler.sleep(delayMs);
  }

  /** Puts the clock forward or back; pauses that are under way do not notice. */
  jump(byMs: number): void {
    this.#offsetMs += Math.round(byMs);
  }
}
