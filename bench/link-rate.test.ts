import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LinkClock, LinkRate } from './link-rate.ts';

/** A clock that passes when somebody sleeps; who asks at the same moment sleeps beside. */
class SleepingClock implements LinkClock {
  nowMs = 0;
  readonly #sleeping: { readonly untilMs: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => void this.#sleeping.push({ untilMs: this.nowMs + ms, wake }));
  }

  /** Lets everybody sleep to the end; answers when the last one woke. */
  async pass(): Promise<number> {
    for (const { untilMs, wake } of this.#sleeping.splice(0).toSorted((a, b) => a.untilMs - b.untilMs)) {
      this.nowMs = Math.max(this.nowMs, untilMs);
      wake();
    }
    await Promise.resolve();
    return this.nowMs;
  }
}

const MEGABIT_BYTES = 125_000;
/** What a link that rested carries at once, in ms, and how exact floating point is over so many sums. */
const BURST_MS = 4.001;

test('whatever travels on a link, together or after a rest, takes the time that its rate says, but for a burst', async () => {
  const parts = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), parts, fc.nat(1000), async (megabits, sizes, restMs) => {
      const clock = new SleepingClock();
      const link = new LinkRate(megabits, clock);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      const wantedMs = (bytes / (megabits * MEGABIT_BYTES)) * 1000;
      for (const rest of [0, restMs]) {
        clock.nowMs += rest;
        const startMs = clock.nowMs;
        const carried = sizes.map((size) => link.carry(size));
        const tookMs = (await clock.pass()) - startMs;
        await Promise.all(carried);
        expect(tookMs).toBeGreaterThanOrEqual(wantedMs - BURST_MS);
        expect(tookMs).toBeLessThanOrEqual(wantedMs + BURST_MS);
      }
    }),
  );
});
