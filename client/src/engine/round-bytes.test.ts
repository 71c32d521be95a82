import { expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import { RATE_WINDOW_MS } from './limits.ts';
import { RoundBytes } from './round-bytes.ts';

const at = (ms: number) => epochMs(1_000_000 + ms);

test('a steady flow is told as it is, however small its parts', () => {
  for (const everyMs of [10, 100, 700, 2500]) {
    const bytes = new RoundBytes();
    for (let ms = 0; ms < 30_000; ms += everyMs) bytes.add(at(ms), 1000 * everyMs);
    const { perSecond } = bytes.show(at(30_000));
    // One part more or less falls into the window.
    expect(Math.abs(perSecond - 1_000_000)).toBeLessThanOrEqual(1_000_000 * ((everyMs + 500) / RATE_WINDOW_MS));
  }
});

test('what is long past is no part of the rate, and before anything has come the rate is 0', () => {
  const bytes = new RoundBytes();
  expect(bytes.show(at(0)).perSecond).toBe(0);
  bytes.add(at(0), 1_000_000);
  expect(bytes.show(at(1000)).perSecond).toBe(1_000_000);
  expect(bytes.show(at(RATE_WINDOW_MS)).perSecond).toBe(0);
});

test('a clock that is put back does not make the rate negative or endless', () => {
  const bytes = new RoundBytes();
  bytes.add(at(5000), 1000);
  expect(bytes.show(at(0)).perSecond).toBe(0);
  bytes.add(at(0), 1000);
  expect(bytes.show(at(1000)).perSecond).toBe(1000);
});

test('every round has its own bytes, and more than were planned make the total larger', () => {
  const bytes = new RoundBytes();
  bytes.begin(10);
  bytes.add(at(0), 4);
  expect(bytes.show(at(0))).toMatchObject({ done: 4, total: 10 });
  bytes.add(at(0), 8);
  expect(bytes.show(at(0))).toMatchObject({ done: 12, total: 12 });
  bytes.begin(3);
  expect(bytes.show(at(0))).toMatchObject({ done: 0, total: 3 });
});

test('bytes of rounds that go on beside each other are counted together', () => {
  const bytes = new RoundBytes();
  bytes.begin(100);
  bytes.add(at(0), 40);
  bytes.begin(10, { beside: true });
  bytes.add(at(0), 10);
  expect(bytes.show(at(0))).toMatchObject({ done: 50, total: 110 });
});
