import { expect, test } from '@jest/globals';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from './parse-duration.ts';

test.each([
  ['1m', 60],
  ['12h', 43_200],
  ['7d', 604_800],
  ['4w', 2_419_200],
])('%s is %i seconds', (given, seconds) => {
  expect(parseDuration(given)).toBe(seconds);
});

test.each(['', '7', 'd', '0d', '-1d', '1.5h', '7 d', '7D', '1y', '1234567d'])('%j is no duration', (given) => {
  expect(() => parseDuration(given)).toThrow(InvalidArgumentError);
});
