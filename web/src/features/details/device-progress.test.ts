import { expect, test } from '@jest/globals';
import { deviceProgress } from './device-progress.ts';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const changed = (minutesAgo: number) => ({ modifiedAt: new Date(NOW - minutesAgo * 60_000).toISOString() });

test.each([
  ['a device that misses nothing has it', { entries: 0, seconds: 0 }, 0, 'has'],
  ['a device that misses only what came later has it', { entries: 3, seconds: 60 }, 10, 'has'],
  ['a device that misses what came before it does not have it yet', { entries: 3, seconds: 3600 }, 10, 'behind'],
  ['a device that misses what came at that moment may miss it', { entries: 1, seconds: 600 }, 10, 'behind'],
  ['a device that has never read changes says nothing', undefined, 10, 'unknown'],
] as const)('%s', (_name, lag, minutesAgo, expected) => {
  expect(deviceProgress({ lag }, changed(minutesAgo), NOW)).toBe(expected);
});
