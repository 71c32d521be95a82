import { expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import { formatBytes } from './format-bytes.ts';
import { formatInstant } from './format-instant.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [12_345, '12.3 kB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [4_000_000_000, '4 GB'],
  [52_000_000_000_000, '52 TB'],
])('%d bytes are told as %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en')).toBe(text);
});

const now = epochMs(Date.UTC(2026, 5, 15, 12));
test.each([
  ['2026-06-15T11:59:40Z', 'now'],
  ['2026-06-15T11:55:00Z', '5 minutes ago'],
  ['2026-06-15T09:00:00Z', '3 hours ago'],
  ['2026-06-14T10:00:00Z', 'yesterday'],
  ['2026-06-10T10:00:00Z', '5 days ago'],
  ['2026-01-31T12:00:00Z', 'Jan 31, 2026'],
  ['2026-09-01T12:00:00Z', 'Sep 1, 2026'],
])('%s is told as %s', (instant, text) => {
  expect(formatInstant(instant, now, 'en')).toBe(text);
});
