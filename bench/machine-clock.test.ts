import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { coveredMs } from './machine-clock.ts';

test('time that two intervals share counts once, and time outside not at all', () => {
  const intervals = [
    { start: 15, end: 25 },
    { start: 0, end: 12 },
    { start: 20, end: 30 },
    { start: 22, end: 23 },
    { start: 90, end: 200 },
    { start: 300, end: 400 },
  ];
  // 10–12, 15–30 and 90–100.
  expect(coveredMs({ start: 10, end: 100 }, intervals)).toBe(2 + 15 + 10);
});

test('covered time is the number of moments that lie in an interval', () => {
  const interval = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 10 }))
    .map(([start, length]) => ({ start, end: start + length }));
  fc.assert(
    fc.property(interval, fc.array(interval, { maxLength: 8 }), (whole, intervals) => {
      const moments = Array.from({ length: whole.end - whole.start }, (_, index) => whole.start + index);
      const inside = moments.filter((moment) => intervals.some(({ start, end }) => start <= moment && moment < end));
      expect(coveredMs(whole, intervals)).toBe(inside.length);
    }),
  );
});
