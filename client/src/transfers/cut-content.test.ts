import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type ChunkingStrategy, chunkingFor, MiB } from '@syncline/protocol';
import fc from 'fast-check';
import { randomBytesOf } from '../../../test/support/random-bytes.ts';
import { type ContentToCut, cutBytes, cutContent } from './cut-content.ts';
import { CUT_PIECE_BYTES, CUT_PIECES_AHEAD } from './limits.ts';
import { TransferGate } from './transfer-gate.ts';

const signal = new AbortController().signal;

/** A file whose reads end in any order, as far as more than one is under way. */
function contentOf(bytes: Uint8Array, seed = 0): ContentToCut & { readonly mostAtOnce: () => number } {
  let reading = 0;
  let most = 0;
  let turn = seed;
  return {
    size: bytes.length,
    mostAtOnce: () => most,
    read: async ({ start, end }) => {
      most = Math.max(most, ++reading);
      turn = (turn * 7919 + 13) % 5;
      for (let pause = turn; pause > 0; pause--) await new Promise((resolve) => void setImmediate(resolve));
      reading -= 1;
      return bytes.subarray(start, end);
    },
  };
}

test('a file is the same chunks read in pieces as it is in one go, with a gate and without', async () => {
  const sizes = fc.oneof(fc.integer({ min: 0, max: MiB + 2 }), fc.integer({ min: MiB, max: 9 * MiB }));
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.nat(),
      fc.constantFrom<ChunkingStrategy>('cdc-1m-v1', 'fixed-4m'),
      async (size, seed, strategy) => {
        const bytes = randomBytesOf(`content ${seed}`, size);
        const expected = await cutBytes(bytes, strategy);
        expect(await cutContent({ signal }, contentOf(bytes, seed), strategy)).toEqual(expected);
        const gate = new TransferGate({ tasksMax: 1 + (seed % 3), bytesMax: (1 + (seed % 2)) * CUT_PIECE_BYTES });
        expect(await cutContent({ signal, gate }, contentOf(bytes, seed), strategy)).toEqual(expected);
      },
    ),
    { numRuns: 15 },
  );
});

test('the old way of cutting gives what it always gave', async () => {
  const bytes = randomBytesOf('before', 9 * MiB);
  const chunks = [0, 4, 8].map((at) => bytes.subarray(at * MiB, (at + 4) * MiB));
  expect(await cutBytes(bytes, 'fixed-4m')).toEqual(
    chunks.map((chunk) => ({ hash: createHash('sha256').update(chunk).digest('hex'), size: chunk.length })),
  );
});

test('of a large file no more than two pieces are in memory at once, and the next is read while one is hashed', async () => {
  const content = contentOf(new Uint8Array(20 * MiB));
  await cutContent({ signal }, content, chunkingFor(content.size));
  expect(content.mostAtOnce()).toBe(CUT_PIECES_AHEAD);
});

test('a file that ends early has changed, and is read no further', async () => {
  const bytes = randomBytesOf('short', 12 * MiB);
  let reads = 0;
  const short: ContentToCut = {
    size: 40 * MiB,
    read: async ({ start, end }) => {
      reads += 1;
      return bytes.subarray(start, end);
    },
  };
  expect(await cutContent({ signal }, short, 'cdc-1m-v1')).toBeUndefined();
  expect(reads).toBeLessThan(10);
});

test('what reading throws is thrown, and the next file is cut as if nothing had been', async () => {
  const bytes = randomBytesOf('next', 9 * MiB);
  const expected = await cutBytes(bytes, 'cdc-1m-v1');
  const failing: ContentToCut = {
    size: 20 * MiB,
    read: async ({ start, end }) => {
      if (start >= 6 * MiB) throw new Error('the disk is gone');
      return bytes.subarray(start, end);
    },
  };
  await expect(cutContent({ signal }, failing, 'cdc-1m-v1')).rejects.toThrow('the disk is gone');
  expect(await cutContent({ signal }, contentOf(bytes), 'cdc-1m-v1')).toEqual(expected);
});

test('an abort ends the reading', async () => {
  const controller = new AbortController();
  const bytes = new Uint8Array(4 * MiB);
  const content: ContentToCut = {
    size: 40 * MiB,
    read: async ({ start, end }) => {
      if (start >= 8 * MiB) controller.abort(new Error('enough'));
      return bytes.subarray(0, end - start);
    },
  };
  await expect(cutContent({ signal: controller.signal }, content, 'cdc-1m-v1')).rejects.toThrow('enough');
});
