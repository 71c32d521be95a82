import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PACK_MEMBER_BYTES_MAX } from './limits.ts';
import { MiB } from './units.ts';
import { isFrameOf } from './zstd-frame.ts';

const TEXT = Buffer.from('the same words again and again, '.repeat(400));
const FRAME = compress(TEXT);

function compress(bytes: Uint8Array, params: Readonly<Record<number, number>> = {}): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1, ...params } });
}

/** A frame whose one block repeats a byte, with a window of its own. */
function runFrame(windowDescriptor: number, size: number): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, windowDescriptor, 0, 0, 0, 0]);
  header.writeUInt32LE(size, 6);
  const block = Buffer.alloc(4);
  block.writeUIntLE((size << 3) | 0b011, 0, 3);
  return Buffer.concat([header, block]);
}

test('a frame of any bytes is one of their length, and of no other', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 2000 }),
    fc.integer({ min: 1, max: PACK_MEMBER_BYTES_MAX }).map((length) => Buffer.alloc(length, 'some text ')),
  );
  fc.assert(
    fc.property(bytes, fc.constantFrom(1, 3, 19), fc.integer({ min: -1000, max: 1000 }), (plain, level, other) => {
      const frame = compress(plain, { [constants.ZSTD_c_compressionLevel]: level });
      expect(isFrameOf(plain.length, frame)).toBe(true);
      expect(isFrameOf(plain.length + other, frame)).toBe(other === 0);
    }),
  );
});

test('what is cut anywhere, or followed by anything, is no frame', () => {
  for (let end = 0; end < FRAME.length; end++) expect(isFrameOf(TEXT.length, FRAME.subarray(0, end))).toBe(false);
  for (const more of [Buffer.alloc(1), FRAME, TEXT])
    expect(isFrameOf(TEXT.length, Buffer.concat([FRAME, more]))).toBe(false);
  expect(isFrameOf(TEXT.length, Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]), FRAME]))).toBe(false);
});

test('a window of 1 MiB is the largest', () => {
  const descriptorOf1MiB = 10 << 3;
  expect(isFrameOf(1000, runFrame(descriptorOf1MiB, 1000))).toBe(true);
  expect(isFrameOf(1000, runFrame(descriptorOf1MiB + 1, 1000))).toBe(false);
  expect(isFrameOf(1000, runFrame(31 << 3, 1000))).toBe(false);
  const single = compress(Buffer.alloc(2 * MiB), { [constants.ZSTD_c_windowLog]: 21 });
  expect(isFrameOf(2 * MiB, single)).toBe(false);
});

test('a checksum of its own, a dictionary, an unknown length and a reserved bit are refused', () => {
  expect(isFrameOf(TEXT.length, compress(TEXT, { [constants.ZSTD_c_checksumFlag]: 1 }))).toBe(false);
  expect(isFrameOf(TEXT.length, compress(TEXT, { [constants.ZSTD_c_contentSizeFlag]: 0 }))).toBe(false);
  for (const bit of [0, 1, 2, 3]) {
    const changed = Buffer.from(FRAME);
    changed[4] = (changed[4] ?? 0) | (1 << bit);
    expect(isFrameOf(TEXT.length, changed)).toBe(false);
  }
});
