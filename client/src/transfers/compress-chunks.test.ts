import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { isFrameOf, KiB, MiB, PACK_MEMBER_BYTES_MAX } from '@syncline/protocol';
import fc from 'fast-check';
import * as browser from '../platform/browser/zstd.ts';
import { openFrame } from '../platform/node/zstd.ts';
import { compressChunk, isWorthCompressing } from './compress-chunks.ts';
import { COMPRESSED_BYTES_MIN, COMPRESSED_SHARE_MAX, TRIED_CHUNKS } from './limits.ts';

const WORDS = 'some words that are said again and again, ';

function text(length: number): Buffer {
  return Buffer.alloc(length, WORDS);
}

test('a frame is of the form that packs ask for, is opened to the chunk, and saves what it must', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 2000 }),
    fc.integer({ min: 1, max: 100 * KiB }).map(text),
    fc
      .tuple(fc.integer({ min: 1, max: 100 * KiB }), fc.nat({ max: 100 * KiB }))
      .map(([words, noise]) => Buffer.concat([text(words), randomBytes(noise)])),
  );
  fc.assert(
    fc.property(bytes, (chunk) => {
      const frame = compressChunk(chunk);
      if (frame === undefined) return;
      expect(isFrameOf(chunk.length, frame)).toBe(true);
      expect(Buffer.from(openFrame(frame, chunk.length) ?? []).equals(chunk)).toBe(true);
      expect(frame.length).toBeLessThanOrEqual(chunk.length * COMPRESSED_SHARE_MAX);
    }),
  );
});

test('text of any length but the shortest is compressed, and what has no order is not', () => {
  for (const length of [COMPRESSED_BYTES_MIN, 24 * KiB, 24 * KiB + 1, 100 * KiB, PACK_MEMBER_BYTES_MAX]) {
    expect(compressChunk(text(length))?.length).toBeLessThan(length);
    expect(compressChunk(randomBytes(length))).toBeUndefined();
  }
  expect(compressChunk(text(COMPRESSED_BYTES_MIN - 1))).toBeUndefined();
});

test('a long chunk is judged by samples from its start, its middle and its end', () => {
  const noise = randomBytes(MiB - 1);
  for (const at of [0, noise.length / 2 - 2 * KiB, noise.length - 4 * KiB]) {
    const spotted = Buffer.from(noise);
    spotted.set(text(4 * KiB), Math.floor(at));
    // One sample says that it may be worth it; trying it shows that it is not.
    expect(compressChunk(spotted)).toBeUndefined();
    spotted.set(text(500 * KiB), 100 * KiB);
    spotted.set(text(4 * KiB), Math.floor(at));
    expect(compressChunk(spotted)?.length).toBeLessThan(600 * KiB);
  }
  const hidden = Buffer.from(noise);
  hidden.set(text(300 * KiB), 100 * KiB);
  expect(compressChunk(hidden)).toBeUndefined();
});

test('of a pack a few chunks are tried, from its first to its last part', () => {
  const many = Array.from({ length: 200 }, () => randomBytes(COMPRESSED_BYTES_MIN));
  expect(isWorthCompressing(many)).toBe(false);
  const part = Math.ceil(many.length / TRIED_CHUNKS);
  for (const start of [0, 100, many.length - part]) {
    expect(
      isWorthCompressing(many.map((noise, index) => (index >= start && index < start + part ? text(1000) : noise))),
    ).toBe(true);
  }
  expect(isWorthCompressing(many.slice(0, TRIED_CHUNKS))).toBe(true);
});

test('browsers send chunks as they are', () => {
  expect(browser.compressZstd(text(1000))).toBeUndefined();
});
