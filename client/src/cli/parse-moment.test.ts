import { expect, test } from '@jest/globals';
import { parseMoment } from './parse-moment.ts';

const NOW = Date.UTC(2026, 0, 31, 12);

test.each([
  ['2026-01-31T11:45:02Z', '2026-01-31T11:45:02.000Z'],
  ['2026-01-31T11:45:02.5+01:00', '2026-01-31T10:45:02.500Z'],
  ['90min', '2026-01-31T10:30:00.000Z'],
  ['2h', '2026-01-31T10:00:00.000Z'],
  ['3d', '2026-01-28T12:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(parseMoment(text, NOW)).toBe(instant);
});

test('a date with or without a time is one of this time zone', () => {
  expect(parseMoment('2026-01-30', NOW)).toBe(new Date(2026, 0, 30).toISOString());
  expect(parseMoment('2026-01-30 17:45', NOW)).toBe(new Date(2026, 0, 30, 17, 45).toISOString());
});

test.each([
  '',
  'yesterday',
  '2h ago',
  '2026-13-01',
  '2026-01-32 10:00',
  '2025-02-29',
  '2025-04-31 10:00',
  '17:45',
  '-2h',
  '2026-02-01T00:00:00Z',
  '1w',
])('%j is refused', (text) => {
  expect(() => parseMoment(text, NOW)).toThrow();
});
