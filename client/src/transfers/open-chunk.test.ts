import { hash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { ChunkHash } from '@syncline/protocol';
import fc from 'fast-check';
import * as browser from '../platform/browser/zstd.ts';
import * as node from '../platform/node/zstd.ts';
import { openChunk } from './open-chunk.ts';

const TEXT = Buffer.from('the same words again and again, '.repeat(400));
const FRAME = compress(TEXT);

function compress(bytes: Uint8Array, level = 1): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}

function nameOf(bytes: Uint8Array) {
  return { hash: ChunkHash.parse(hash('sha256', bytes)), size: bytes.length };
}

const someBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  fc
    .tuple(fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 200 }), fc.nat(3))
    .map(([words, times]) =>
      Buffer.from(
        words
          .join(' ')
          .padEnd(1, 'a')
          .repeat(times + 1),
      ),
    ),
  fc.integer({ min: 1, max: 150_000 }).map((length) => Buffer.alloc(length, 'so many words, ')),
);

describe.each([
  ['Node', node],
  ['browsers', browser],
])('in %s a frame', (_name, { openFrame }) => {
  test('of any bytes, at any level, is opened to them', () => {
    fc.assert(
      fc.property(someBytes, fc.constantFrom(1, 3, 19), (bytes, level) => {
        const opened = openFrame(compress(bytes, level), bytes.length);
        expect(Buffer.from(opened ?? []).equals(bytes)).toBe(true);
      }),
    );
  });

  test('that is damaged gives at most as many bytes as were asked for, or none', () => {
    fc.assert(
      fc.property(fc.nat({ max: FRAME.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: 300 }), (at, byte, cut) => {
        const damaged = Buffer.from(FRAME.subarray(0, FRAME.length - (cut > 250 ? cut - 250 : 0)));
        damaged[at % damaged.length] = byte;
        expect((openFrame(damaged, TEXT.length) ?? []).length).toBeLessThanOrEqual(TEXT.length);
      }),
    );
  });

  test('that holds more than is asked for gives nothing that could be the chunk', () => {
    const opened = openFrame(FRAME, TEXT.length - 1);
    expect((opened ?? []).length).toBeLessThan(TEXT.length);
  });
});

test('a chunk is opened when it is said to be compressed, and taken as it is when not', async () => {
  expect(await openChunk(nameOf(TEXT), TEXT)).toEqual(TEXT);
  const opened = await openChunk({ ...nameOf(TEXT), encoding: 'zstd' }, FRAME);
  expect(Buffer.from(opened ?? []).equals(TEXT)).toBe(true);
});

test('an encoding that is told wrongly gives no bytes', async () => {
  expect(await openChunk(nameOf(TEXT), FRAME)).toBeUndefined();
  expect(await openChunk({ ...nameOf(TEXT), encoding: 'zstd' }, TEXT)).toBeUndefined();
  expect(await openChunk({ ...nameOf(FRAME), encoding: 'zstd' }, FRAME)).toBeUndefined();
});

test.each<[string, Uint8Array]>([
  ['is cut', FRAME.subarray(0, -1)],
  ['is followed by more', Buffer.concat([FRAME, Buffer.alloc(1)])],
  ['holds other bytes', compress(Buffer.from(TEXT.toString().replace('words', 'Words')))],
  ['holds more bytes', compress(Buffer.concat([TEXT, TEXT]))],
  ['holds fewer bytes', compress(TEXT.subarray(1))],
  ['has a window beyond what is allowed', windowed(FRAME)],
  ['is nothing', new Uint8Array(0)],
])('a frame that %s is not the chunk', async (_what, frame) => {
  expect(await openChunk({ ...nameOf(TEXT), encoding: 'zstd' }, frame)).toBeUndefined();
});

/** The same frame, as one that asks for a window of 2 MiB. */
function windowed(frame: Buffer): Buffer {
  const flags = (frame[4] ?? 0) & ~0x20;
  return Buffer.concat([frame.subarray(0, 4), Buffer.from([flags, 11 << 3]), frame.subarray(5)]);
}

test('whatever stands in place of a byte of a frame, what is given is the chunk or nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: FRAME.length - 1 }), fc.nat({ max: 255 }), async (at, byte) => {
      const damaged = Buffer.from(FRAME);
      damaged[at] = byte;
      const opened = await openChunk({ ...nameOf(TEXT), encoding: 'zstd' }, damaged);
      expect(opened === undefined || Buffer.from(opened).equals(TEXT)).toBe(true);
    }),
  );
});
