import type { EpochMs } from '@syncline/protocol';
import { roundUpToSecond } from '../runtime/expiry.ts';
import type { AttemptOutcome, AttemptStore } from './attempt-store.ts';

interface Count {
  readonly taken: number;
  readonly endsAt: EpochMs;
}

/** Counts of attempts in the memory of one process. */
export class MemoryAttemptStore implements AttemptStore {
  readonly #counts = new Map<string, Count>();

  async take(attempt: {
    readonly key: string;
    readonly count?: number;
    readonly max: number;
    readonly now: EpochMs;
    readonly endsAt: EpochMs;
  }): Promise<AttemptOutcome> {
    const { key, count: more = 1, max, now } = attempt;
    const count = this.#live(key, now) ?? { taken: 0, endsAt: roundUpToSecond(attempt.endsAt) };
    if (count.taken + more > max) return { kind: 'full', until: count.endsAt };
    this.#counts.set(key, { ...count, taken: count.taken + more });
    return { kind: 'taken' };
  }

  async giveBack(back: { readonly key: string; readonly count?: number; readonly now: EpochMs }): Promise<void> {
    const { key, count: less = 1, now } = back;
    const count = this.#live(key, now);
    if (count !== undefined && count.taken >= less) this.#counts.set(key, { ...count, taken: count.taken - less });
  }

  async fullUntil(count: {
    readonly key: string;
    readonly max: number;
    readonly now: EpochMs;
  }): Promise<EpochMs | undefined> {
    const live = this.#live(count.key, count.now);
    return live !== undefined && live.taken >= count.max ? live.endsAt : undefined;
  }

  #live(key: string, now: EpochMs): Count | undefined {
    const count = this.#counts.get(key);
    return count === undefined || count.endsAt <= now ? undefined : count;
  }
}
