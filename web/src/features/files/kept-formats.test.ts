import { expect, test } from '@jest/globals';
import { keepFormats } from './kept-formats.ts';
import { FORMATS_MAX } from './limits.ts';

test('what formats is made once for a key, and anew only when it was among the oldest of too many', () => {
  const formatOf = keepFormats<{ readonly made: number }>();
  let made = 0;
  const ask = (key: string) =>
    formatOf(key, () => {
      made += 1;
      return { made };
    });
  for (let round = 0; round < 3; round++) expect(ask('en').made).toBe(1);
  for (let other = 1; other < FORMATS_MAX; other++) ask(`other ${other}`);
  expect(ask('en').made).toBe(1);
  ask('one too many');
  expect(ask('en').made).toBe(FORMATS_MAX + 2);
});
