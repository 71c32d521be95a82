import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OUTLINE_STRONG_BYTES, outlineBlocks, packOutline, RollingSum, unpackOutline } from './block-sums.ts';
import { OUTLINE_BLOCK_BYTES } from './limits.ts';

const BLOCK = fc.record({
  weak: fc.integer({ min: 0, max: 0xffff_ffff }),
  strong: fc.uint8Array({ minLength: OUTLINE_STRONG_BYTES, maxLength: OUTLINE_STRONG_BYTES }),
});

test('a sum that is rolled is that of the block, at every place', () => {
  const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(200), (seed, rolled) => {
    const bytes = Uint8Array.from({ length: OUTLINE_BLOCK_BYTES + rolled }, (_, at) =>
      at < rolled ? (seed[at % seed.length] as number) : (seed[(at * 7) % seed.length] as number) ^ (at & 0xff),
    );
    const sum = new RollingSum(bytes, 0);
    for (let start = 1; start <= rolled; start++) sum.roll();
    expect(sum.value).toBe(new RollingSum(bytes, rolled).value);
  });
  fc.assert(property, { numRuns: 100 });
  const bytes = Uint8Array.from({ length: OUTLINE_BLOCK_BYTES + 64 }, (_, at) => (at * 251) % 256);
  const sum = new RollingSum(bytes, 0);
  for (let start = 1; start <= 64; start++) {
    sum.roll();
    expect(sum.value).toBe(new RollingSum(bytes, start).value);
  }
});

test('a sum stays within 32 bits and tells a block from one with two bytes exchanged', () => {
  const bytes = new Uint8Array(OUTLINE_BLOCK_BYTES).fill(255);
  const full = new RollingSum(bytes, 0).value;
  expect(full >= 0 && full <= 0xffff_ffff).toBe(true);
  const [one, other] = [bytes.slice(), bytes.slice()];
  one[0] = 1;
  other[1] = 1;
  expect(new RollingSum(one, 0).value).not.toBe(new RollingSum(other, 0).value);
});

test('an outline that is packed is unpacked as it was', () => {
  const property = fc.property(fc.array(BLOCK, { maxLength: 20 }), (blocks) => {
    const packed = packOutline(blocks);
    // As it may stand in a larger buffer.
    const shifted = new Uint8Array(packed.length + 3).subarray(3);
    shifted.set(packed);
    const unpacked = unpackOutline(shifted)?.map(({ weak, strong }) => ({ weak, strong: [...strong] }));
    expect(unpacked).toEqual(blocks.map(({ weak, strong }) => ({ weak, strong: [...strong] })));
  });
  fc.assert(property);
});

test('what has another length than whole entries is no outline', () => {
  const packed = packOutline([{ weak: 1, strong: new Uint8Array(OUTLINE_STRONG_BYTES) }]);
  for (let length = 1; length < packed.length; length++)
    expect(unpackOutline(packed.subarray(0, length))).toBe(undefined);
  expect(unpackOutline(new Uint8Array(packed.length + 1))).toBe(undefined);
  expect(unpackOutline(new Uint8Array(0))).toEqual([]);
});

test('only whole blocks of a span are counted, from its start', () => {
  expect(outlineBlocks({ start: 5, end: 5 + OUTLINE_BLOCK_BYTES - 1 })).toBe(0);
  expect(outlineBlocks({ start: 5, end: 5 + 2 * OUTLINE_BLOCK_BYTES })).toBe(2);
  expect(outlineBlocks({ start: 5, end: 5 + 3 * OUTLINE_BLOCK_BYTES - 1 })).toBe(2);
});
