import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawLineChart } from '../../bench/line-chart.ts';
import { API_RETRY } from '../../client/src/api/limits.ts';
import { chanceOf } from './chance.ts';
import { EventQueue } from './event-queue.ts';
import { simulateHotNamespace } from './hot-namespace.ts';
import { simulateReconnects } from './reconnect-storm.ts';
import { simulateRequests, startsByChance } from './throttled-requests.ts';
import { TokenBucket } from './token-bucket.ts';

test('events come in the order of their times, and of one time in the order in which they were put in', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue<number>();
      times.forEach((atMs, index) => queue.put(atMs, index));
      const taken = times.map(() => queue.take()).map((next) => [next?.atMs, next?.event]);
      const sorted = times
        .map((atMs, index) => [atMs, index] as const)
        .toSorted((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] - b[0]));
      expect(taken).toEqual(sorted);
      expect(queue.take()).toBeUndefined();
    }),
  );
});

test('a bucket never lets more through than its burst and what has come since', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50)),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 50 }),
      (gaps, rate, burst) => {
        const bucket = new TokenBucket(rate, burst);
        let [atMs, passed] = [0, 0];
        for (const gap of gaps) {
          atMs += gap;
          if (bucket.take(atMs)) passed += 1;
          expect(passed).toBeLessThanOrEqual(burst + (atMs * rate) / 1000 + 1e-6);
        }
      },
    ),
  );
});

test('chance repeats itself for a seed, and lies evenly between 0 and 1', () => {
  const [one, same, other] = [chanceOf(7), chanceOf(7), chanceOf(8)];
  const values = Array.from({ length: 10_000 }, () => one());
  expect(values.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => same()));
  expect(values[0]).not.toBe(other());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
});

describe('devices that lost their sockets at once', () => {
  const storm = { devices: 2000, openingsPerSecond: 20, outageMs: 60_000, seed: 3 };

  test('all come back, no faster than the service opens sockets, and have news by polls meanwhile', () => {
    const outcome = simulateReconnects(storm);
    expect(outcome.minutes.at(-1)?.connected).toBe(1);
    expect(outcome.mostMs).toBeGreaterThan((storm.devices * 0.95 * 1000) / storm.openingsPerSecond);
    expect(outcome.pollsPerSecondMost).toBeGreaterThan(0);
    expect(simulateReconnects(storm)).toEqual(outcome);
  });

  test('come back within a few pauses when the service can take all of them', () => {
    const { mostMs } = simulateReconnects({ ...storm, openingsPerSecond: 100_000 });
    expect(mostMs).toBeLessThan(5 * 60_000);
  });
});

describe('requests at a throttle', () => {
  const stage = { perSecond: 100, burst: 50, answerMs: 40, seed: 1 };

  test('below it nobody is refused', () => {
    const starts = startsByChance(20, { fromMs: 0, lengthMs: 10_000, seed: 2 });
    const outcome = simulateRequests(stage, [{ kind: 'sync', startsMs: starts, retries: true }]).get('sync');
    expect(outcome).toMatchObject({ refused: 0, lost: 0 });
    expect(outcome?.requests).toBeGreaterThan(100);
  });

  test('above it whoever tries again is answered later, and whoever does not is lost', () => {
    const startsMs = Array.from({ length: 200 }, () => 0);
    const patient = simulateRequests(stage, [{ kind: 'a', startsMs, retries: true }]).get('a');
    expect(patient?.lost).toBe(0);
    expect(patient?.p99Ms).toBeGreaterThan(1000);
    const once = simulateRequests(stage, [{ kind: 'a', startsMs, retries: false }]).get('a');
    expect(once).toMatchObject({ requests: 200, refused: 150, lost: 150 });
    expect(patient?.requests).toBeLessThanOrEqual(200 * API_RETRY.attemptsMax);
  });

  test('a throttle of its own keeps one kind from starving another', () => {
    const flood = { kind: 'link', startsMs: Array.from({ length: 5000 }, (_, index) => index), retries: false };
    const sync = () => ({
      kind: 'sync',
      startsMs: startsByChance(40, { fromMs: 0, lengthMs: 5000, seed: 5 }),
      retries: true,
    });
    const refusedOf = (arrivals: Parameters<typeof simulateRequests>[1]) =>
      simulateRequests(stage, arrivals).get('sync')?.refused ?? Number.NaN;
    expect(refusedOf([flood, sync()])).toBeGreaterThan(0);
    expect(refusedOf([{ ...flood, ownPerSecond: 40 }, sync()])).toBe(0);
  });
});

test('writers of one namespace are as many commits a second as one commit at a time allows, and pay with transactions', () => {
  const alone = simulateHotNamespace({ writers: 1, commitMs: 20, lengthMs: 60_000, seed: 1 });
  expect(alone).toMatchObject({ transactionsPerCommit: 1, lost: 0 });
  const many = simulateHotNamespace({ writers: 16, commitMs: 20, lengthMs: 60_000, seed: 1 });
  expect(many.commitsPerSecond).toBeGreaterThan(alone.commitsPerSecond * 0.9);
  expect(many.commitsPerSecond).toBeLessThan(alone.commitsPerSecond * 1.3);
  expect(many.transactionsPerCommit).toBeGreaterThan(1.5);
});

test('a chart has a line for each series, and says what a reader of the picture alone must know', () => {
  const lines = [
    {
      label: 'a < b',
      points: [
        [0, 0],
        [10, 5000],
      ] as const,
    },
    {
      label: 'other',
      points: [
        [0, 1],
        [10, 2],
      ] as const,
    },
  ];
  const svg = drawLineChart({ title: 'Back again', xAxis: 'minutes', yAxis: 'requests', lines });
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('5k');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});
