import { expect, test } from '@jest/globals';
import { KiB, MiB } from '@syncline/protocol';
import fc from 'fast-check';
import { SimulatedClock } from '../../test/simulated-clock.ts';
import { BandwidthLimit } from './bandwidth-limit.ts';
import { BANDWIDTH_BURST_MS, BANDWIDTH_BYTES_PER_SECOND_MIN } from './limits.ts';

interface Passed {
  readonly atMs: number;
  readonly bytes: number;
  readonly index: number;
}

/** Longer than any of the tests' queues takes at the lowest rate. */
const LONG_MS = 10 * 60 * 60 * 1000;

const bytesOf = fc.oneof(fc.integer({ min: 0, max: 64 * KiB }), fc.constant(4 * MiB));
const rateOf = fc.integer({ min: BANDWIDTH_BYTES_PER_SECOND_MIN, max: 2 * MiB });
const actionOf = fc.oneof(
  { weight: 6, arbitrary: fc.record({ take: bytesOf, isAborted: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ passMs: fc.integer({ min: 0, max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ setMs: fc.integer({ min: -3_600_000, max: 3_600_000 }) }) },
  { weight: 1, arbitrary: fc.record({ rate: rateOf }) },
);

/**
 * Whatever interval is looked at: its bytes are within the highest rate that was set and one burst. A change between two rates
 * may let the difference of their bursts through besides.
 */
function expectWithinRate(passed: readonly Passed[], rates: readonly number[]): void {
  const bytesPerSecond = Math.max(...rates);
  const largest = Math.max(0, ...passed.map(({ bytes }) => bytes));
  const [least, most] = [Math.min(...rates), bytesPerSecond].map((rate) => (rate * BANDWIDTH_BURST_MS) / 1000) as [
    number,
    number,
  ];
  const burst = Math.max(largest, least) + most - least;
  for (const [first, { atMs: fromMs }] of passed.entries()) {
    let bytes = 0;
    for (const { atMs, bytes: more } of passed.slice(first)) {
      bytes += more;
      expect(bytes).toBeLessThanOrEqual(((atMs - fromMs) * bytesPerSecond) / 1000 + burst + 1);
    }
  }
}

test('over any interval no more than the rate and a burst is let through, in order of arrival, and nobody waits for ever', async () => {
  await fc.assert(
    fc.asyncProperty(rateOf, fc.array(actionOf, { maxLength: 60 }), async (firstRate, actions) => {
      const clock = new SimulatedClock();
      const limit = new BandwidthLimit(clock, firstRate);
      const passed: Passed[] = [];
      const aborted: number[] = [];
      const rates = [firstRate];
      // A clock that is set ahead fills the bucket once more.
      let settings = 0;
      const waits = actions.map(async (action, index) => {
        if (!('take' in action)) return;
        const controller = new AbortController();
        const waiting = limit.take(action.take, { signal: controller.signal });
        if (action.isAborted) controller.abort(new Error('enough'));
        try {
          await waiting;
          passed.push({ atMs: clock.passedMs, bytes: action.take, index });
        } catch {
          aborted.push(index);
        }
      });
      expect(clock.timers).toBeLessThanOrEqual(1);
      for (const action of actions) {
        if ('passMs' in action) await clock.pass(action.passMs);
        if ('rate' in action) {
          rates.push(action.rate);
          limit.change(action.rate);
        }
        if ('setMs' in action) {
          settings += 1;
          clock.set(action.setMs);
        }
      }
      await clock.pass(LONG_MS);
      await Promise.all(waits);
      expect(passed.length + aborted.length).toBe(actions.filter((action) => 'take' in action).length);
      expect(passed.map(({ index }) => index)).toEqual(passed.map(({ index }) => index).toSorted((a, b) => a - b));
      if (settings === 0) expectWithinRate(passed, rates);
      expect(clock.timers).toBe(0);
    }),
  );
});

test('takes that come while others wait stay within the rate', async () => {
  await fc.assert(
    fc.asyncProperty(
      rateOf,
      fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 5000 }), bytes: bytesOf }), { maxLength: 40 }),
      async (rate, takes) => {
        const clock = new SimulatedClock();
        const limit = new BandwidthLimit(clock, rate);
        const passed: Passed[] = [];
        const waits: Promise<unknown>[] = [];
        for (const [index, { afterMs, bytes }] of takes.entries()) {
          await clock.pass(afterMs);
          waits.push(limit.take(bytes).then(() => passed.push({ atMs: clock.passedMs, bytes, index })));
        }
        await clock.pass(LONG_MS);
        await Promise.all(waits);
        expectWithinRate(passed, [rate]);
        // It is used, too: no byte waits longer than all bytes before it and itself take.
        const totalBytes = takes.reduce((sum, { bytes }) => sum + bytes, 0);
        const lastMs = takes.reduce((sum, { afterMs }) => sum + afterMs, 0);
        const dueMs = lastMs + Math.ceil((totalBytes * 1000) / rate) + takes.length;
        for (const { atMs } of passed) expect(atMs).toBeLessThanOrEqual(dueMs);
      },
    ),
  );
});

test('a chunk that is larger than the bucket passes, and what comes after it pays for it', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock, 64 * KiB);
  await limit.take(4 * MiB);
  const through: number[] = [];
  void limit.take(1).then(() => through.push(clock.passedMs));
  await clock.pass(70_000);
  expect(through).toEqual([63_001]);
});

test('one that is aborted leaves the queue at once, and those behind it do not wait for it', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock, 10 * KiB);
  await limit.take(10 * KiB);
  const reason = new Error('enough');
  const controller = new AbortController();
  const large = limit.take(4 * MiB, { signal: controller.signal });
  const small = limit.take(KiB);
  controller.abort(reason);
  await expect(large).rejects.toBe(reason);
  await clock.pass(100);
  await small;
  expect(clock.timers).toBe(0);
  await expect(limit.take(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('a repeat goes before all that wait', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock, 10 * KiB);
  await limit.take(10 * KiB);
  const order: string[] = [];
  const first = limit.take(KiB).then(() => order.push('first'));
  const repeat = limit.take(KiB, { isRepeat: true }).then(() => order.push('repeat'));
  await clock.pass(1000);
  await Promise.all([first, repeat]);
  expect(order).toEqual(['repeat', 'first']);
});

test('a limit that is raised, or taken away, holds for those who wait', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock, 10 * KiB);
  await limit.take(4 * MiB);
  const second = limit.take(4 * MiB);
  limit.change(4 * MiB);
  await clock.pass(2000);
  await second;
  const third = limit.take(100 * MiB);
  const fourth = limit.take(4 * MiB);
  limit.change(undefined);
  await Promise.all([third, fourth]);
  expect(clock.timers).toBe(0);
});

test('what is given back lets the next ones go at once, and gives no more than was taken', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock, 10 * KiB);
  const through: number[] = [];
  const take = (bytes: number) => limit.take(bytes).then(() => through.push(clock.passedMs));
  await take(100 * KiB);
  void take(10 * KiB);
  await clock.pass(1000);
  expect(through).toEqual([0]);
  limit.giveBack(89 * KiB);
  await clock.pass(99);
  expect(through).toEqual([0]);
  await clock.pass(1);
  expect(through).toEqual([0, 1100]);
  limit.change(undefined);
  limit.giveBack(10 * KiB);
  limit.change(10 * KiB);
  void take(10 * KiB);
  await clock.pass(1000);
  expect(through).toEqual([0, 1100, 2100]);
});

test('without a rate nothing waits and no timer runs, and nothing is saved up for a later one', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock);
  for (let count = 0; count < 100; count++) await limit.take(8 * MiB);
  expect(clock.timers).toBe(0);
  await clock.pass(60_000);
  limit.change(10 * KiB);
  const through: number[] = [];
  void limit.take(10 * KiB).then(() => through.push(clock.passedMs));
  await clock.pass(5000);
  expect(through).toEqual([61_000]);
});

test('a clock that is set back costs no more than the wait that was due, and one that is set ahead gives no more than a burst', async () => {
  const clock = new SimulatedClock();
  const limit = new BandwidthLimit(clock, 10 * KiB);
  await limit.take(10 * KiB);
  const through: number[] = [];
  const take = (bytes: number) => limit.take(bytes).then(() => through.push(clock.passedMs));
  void take(10 * KiB);
  await clock.pass(900);
  clock.set(-3_600_000);
  await clock.pass(1100);
  expect(through).toEqual([2000]);
  clock.set(3_600_000);
  void take(10 * KiB);
  void take(10 * KiB);
  await clock.pass(1000);
  expect(through).toEqual([2000, 2000, 3000]);
});

test('a rate that could not carry a chunk in time is refused', () => {
  expect(() => new BandwidthLimit(new SimulatedClock(), BANDWIDTH_BYTES_PER_SECOND_MIN - 1)).toThrow('at least');
});
