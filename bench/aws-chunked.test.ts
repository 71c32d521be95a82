import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AwsChunkedDecoder } from './aws-chunked.ts';

/** As a client frames a body that it signs piece by piece. */
function framed(pieces: readonly Buffer[]): Buffer {
  const lines = [...pieces, Buffer.alloc(0)].map((piece) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)};chunk-signature=abc123\r\n`), piece, Buffer.from('\r\n')]),
  );
  return Buffer.concat(lines);
}

function decode(parts: readonly Buffer[]): Buffer {
  const decoder = new AwsChunkedDecoder();
  return Buffer.concat(parts.flatMap((part) => decoder.push(part)));
}

test('a framed body is the bytes of its pieces, wherever it is cut on its way', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 100 }),
      (pieces, step) => {
        const body = framed(pieces.map((piece) => Buffer.from(piece)));
        const parts = Array.from({ length: Math.ceil(body.length / step) }, (_none, index) =>
          body.subarray(index * step, (index + 1) * step),
        );
        expect(decode(parts)).toEqual(Buffer.concat(pieces));
      },
    ),
  );
});

test('what comes behind the last piece is no part of the body', () => {
  const body = Buffer.concat([Buffer.from('3\r\nabc\r\n0\r\n'), Buffer.from('x-amz-trailer:abc\r\n\r\n')]);
  expect(decode([body]).toString()).toBe('abc');
});

test('a body without frames is an error, and is not kept for ever', () => {
  expect(() => decode([Buffer.from('not a length\r\nabc')])).toThrow('not aws-chunked');
  expect(() => decode([Buffer.alloc(2000, 'a')])).toThrow('not aws-chunked');
});
