import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SPEED_WINDOW_MS, SPEED_WINDOW_MS_MIN } from '../src/transfers/limits.ts';
import { SpeedMeter, secondsLeft } from '../src/transfers/speed-meter.ts';

const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 4000 }), bytes: fc.nat(10_000_000) }), {
  minLength: 1,
  maxLength: 200,
});

test('a speed is never more than all bytes of the window in the shortest time, and never negative', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const meter = new SpeedMeter();
      const added: { readonly atMs: number; readonly bytes: number }[] = [];
      let nowMs = 0;
      for (const { afterMs, bytes } of given) {
        nowMs += afterMs;
        meter.add(bytes, nowMs);
        added.push({ atMs: nowMs, bytes });
        const speed = meter.bytesPerSecond(nowMs) ?? 0;
        // A slot of samples may begin a little before its last one.
        const sinceMs = nowMs - SPEED_WINDOW_MS * 1.01;
        const inWindow = added.filter(({ atMs }) => atMs >= sinceMs).reduce((sum, sample) => sum + sample.bytes, 0);
        expect(speed).toBeGreaterThanOrEqual(0);
        expect(speed).toBeLessThanOrEqual((inWindow * 1000) / SPEED_WINDOW_MS_MIN);
      }
    }),
  );
});

test('a steady stream is told as fast as it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000_000 }), (bytesPerTick) => {
      const meter = new SpeedMeter();
      for (let nowMs = 0; nowMs <= 30_000; nowMs += 200) meter.add(bytesPerTick, nowMs);
      const speed = meter.bytesPerSecond(30_000) ?? 0;
      expect(speed / (bytesPerTick * 5)).toBeCloseTo(1, 1);
    }),
  );
});

test('what has not moved for a whole window has no speed left, and takes no time that could be told', () => {
  const meter = new SpeedMeter();
  meter.add(1000, 0);
  expect(meter.bytesPerSecond(SPEED_WINDOW_MS_MIN - 1)).toBeUndefined();
  expect(meter.bytesPerSecond(3 * SPEED_WINDOW_MS)).toBe(0);
  expect([secondsLeft(10, 0), secondsLeft(10, undefined), secondsLeft(0, undefined), secondsLeft(10, 4)]).toEqual([
    undefined,
    undefined,
    0,
    3,
  ]);
});
