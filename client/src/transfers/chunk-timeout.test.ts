import { expect, test } from '@jest/globals';
import { CHUNK_BYTES_MAX } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkTimeoutMs } from './chunk-timeout.ts';
import { CHUNK_RETRY, CHUNK_TIMEOUT_MS, CHUNK_TIMEOUT_MS_LEAST } from './limits.ts';

const sizes = fc.integer({ min: 0, max: CHUNK_BYTES_MAX });
const attempts = fc.integer({ min: 1, max: CHUNK_RETRY.attemptsMax });

test('a small chunk whose answer is lost is tried again after a minute, and the largest has all the time', () => {
  expect(chunkTimeoutMs({ bytes: 0, attempt: 1 })).toBe(CHUNK_TIMEOUT_MS_LEAST);
  expect(chunkTimeoutMs({ bytes: CHUNK_BYTES_MAX, attempt: 1 })).toBe(CHUNK_TIMEOUT_MS);
});

test('more bytes and later tries never have less time, and no try has more than the longest', () => {
  fc.assert(
    fc.property(sizes, sizes, attempts, (one, other, attempt) => {
      const [bytes, more] = [Math.min(one, other), Math.max(one, other)];
      const least = chunkTimeoutMs({ bytes, attempt });
      expect(chunkTimeoutMs({ bytes: more, attempt })).toBeGreaterThanOrEqual(least);
      expect(chunkTimeoutMs({ bytes, attempt: attempt + 1 })).toBeGreaterThanOrEqual(least);
      expect(least).toBeGreaterThanOrEqual(CHUNK_TIMEOUT_MS_LEAST);
      expect(least).toBeLessThanOrEqual(CHUNK_TIMEOUT_MS);
    }),
  );
});

test('the last try has the longest time for every size, so that no line is too slow for a small chunk that was not for a large one', () => {
  fc.assert(
    fc.property(sizes, (bytes) => {
      expect(chunkTimeoutMs({ bytes, attempt: CHUNK_RETRY.attemptsMax })).toBe(CHUNK_TIMEOUT_MS);
    }),
  );
});
