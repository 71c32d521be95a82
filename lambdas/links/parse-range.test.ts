import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRange } from './parse-range.ts';

test('whatever a header says, what is answered lies within the content, and has a byte', () => {
  const part = fc.oneof(
    fc.constant(''),
    fc.nat({ max: 30 }).map(String),
    fc.bigInt({ min: 0n, max: 10n ** 15n }).map(String),
  );
  const header = fc.oneof(
    fc.tuple(part, part).map(([first, last]) => `bytes=${first}-${last}`),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.option(header, { nil: undefined }), fc.nat({ max: 20 }), (asked, size) => {
      const span = parseRange(asked, size);
      if (typeof span === 'string') return;
      expect(span.start).toBeGreaterThanOrEqual(0);
      expect(span.end).toBeGreaterThan(span.start);
      expect(span.end).toBeLessThanOrEqual(size);
    }),
  );
});

test('of nothing every range is unsatisfiable', () => {
  expect([parseRange('bytes=0-', 0), parseRange('bytes=-1', 0), parseRange(undefined, 0)]).toEqual([
    'unsatisfiable',
    'unsatisfiable',
    'whole',
  ]);
});
