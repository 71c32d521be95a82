import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatBytes } from '../engine/format-bytes.ts';
import { escapeText } from './escape-text.ts';

test('no text moves the cursor, turns the writing around or breaks the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
    }),
  );
  expect(escapeText('Grüße 👩‍👩‍👧.txt')).toBe('Grüße 👩‍👩‍👧.txt');
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [300 * 1024 ** 2, '300 MiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%i bytes are written as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
