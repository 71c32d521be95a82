import { expect, test } from '@jest/globals';
import { RANDOM_POOL_BYTES } from './limits.ts';
import { systemRandom } from './system-clock.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test.each([16, 32, 1000, RANDOM_POOL_BYTES, RANDOM_POOL_BYTES + 1])('no %d random bytes come twice', (count) => {
  const draws = Math.ceil((3 * RANDOM_POOL_BYTES) / count);
  const drawn = Array.from({ length: draws }, () => systemRandom.bytes(count));
  for (const bytes of drawn) expect(bytes).toHaveLength(count);
  const sixteens = drawn.flatMap((bytes) =>
    Array.from({ length: Math.floor(count / 16) }, (_none, index) => hex(bytes.subarray(index * 16, index * 16 + 16))),
  );
  expect(new Set(sixteens).size).toBe(sixteens.length);
});

test('random bytes that were given out stay as they are, and share no memory', () => {
  const first = systemRandom.bytes(16);
  const before = hex(first);
  for (let drawn = 0; drawn < 2 * RANDOM_POOL_BYTES; drawn += 16) systemRandom.bytes(16).fill(0);
  expect(hex(first)).toBe(before);
  expect(first.buffer.byteLength).toBe(16);
});
