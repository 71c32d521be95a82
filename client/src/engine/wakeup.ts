import type { EpochMs } from '@syncline/protocol';
import type { Clock } from './ports.ts';

/** Lets one loop wait for what happens. What happened before the wait ends it at once; nothing is forgotten. */
export class Wakeup<Reason extends string> {
  readonly #clock: Clock;
  #reasons = new Set<Reason>();
  #resolve: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(reason: Reason): void {
    this.#reasons.add(reason);
    this.#resolve?.();
  }

  has(reason: Reason): boolean {
    return this.#reasons.has(reason);
  }

  /** Waits for a reason, or until a moment; answers the reasons since the last wait, and forgets them. */
  async wait(until: EpochMs | undefined): Promise<ReadonlySet<Reason>> {
    if (this.#reasons.size === 0) await this.#sleep(until);
    const reasons = this.#reasons;
    this.#reasons = new Set();
    return reasons;
  }

  async #sleep(until: EpochMs | undefined): Promise<void> {
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      if (until !== undefined) cancel = this.#clock.after(Math.max(0, until - this.#clock.now()), resolve);
    });
    this.#resolve = undefined;
    cancel?.();
  }
}
