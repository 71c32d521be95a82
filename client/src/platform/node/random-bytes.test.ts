import { expect, test } from '@jest/globals';
import { RANDOM_POOL_BYTES } from './limits.ts';
import { randomBytes } from './random-bytes.ts';

test.each([16, 1000, RANDOM_POOL_BYTES, RANDOM_POOL_BYTES + 1])('no %d bytes come twice', (count) => {
  const draws = Math.ceil((3 * RANDOM_POOL_BYTES) / count);
  const drawn = Array.from({ length: draws }, () => randomBytes(count));
  for (const bytes of drawn) expect(bytes).toHaveLength(count);
  const sixteens = drawn.flatMap((bytes) =>
    Array.from({ length: Math.floor(count / 16) }, (_, index) =>
      Buffer.from(bytes.subarray(index * 16, index * 16 + 16)).toString('hex'),
    ),
  );
  expect(new Set(sixteens).size).toBe(sixteens.length);
});

test('what was given out does not change when more is drawn', () => {
  const first = randomBytes(16);
  const copy = Buffer.from(first).toString('hex');
  for (let drawn = 0; drawn < 2 * RANDOM_POOL_BYTES; drawn += 16) randomBytes(16);
  expect(Buffer.from(first).toString('hex')).toBe(copy);
});

test('no two draws share memory', () => {
  for (const count of [4, 16, 4]) expect(randomBytes(count).buffer.byteLength).toBe(count);
});
