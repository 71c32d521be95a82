import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ChunkingStrategy, chunkingFor, KiB, MiB } from '@syncline/protocol';
import { build } from 'esbuild';
import fc from 'fast-check';
import { randomBytesOf } from '../../../test/support/random-bytes.ts';
import * as browser from '../platform/browser/sha256.ts';
import * as node from '../platform/node/sha256.ts';
import { BLOCK_BYTES } from './boundary-finder.ts';
import { ContentCutter, type CutChunk } from './content-cutter.ts';

const cutter = new ContentCutter();

async function cut(bytes: Uint8Array, strategy: ChunkingStrategy): Promise<readonly CutChunk[]> {
  cutter.begin({ size: bytes.length, strategy });
  for (let at = 0; at < bytes.length; ) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    cutter.block.set(block);
    cutter.take(block.length);
    at += block.length;
  }
  return cutter.end();
}

test('the chunks of a file are its bytes in order, each named by its hash', async () => {
  const files = fc.tuple(fc.nat(), fc.oneof(fc.nat(600), fc.integer({ min: MiB - 2, max: 9 * MiB })));
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.constantFrom<ChunkingStrategy>('fixed-4m', 'cdc-1m-v1'),
      async ([seed, size], strategy) => {
        const bytes = randomBytesOf(`file ${seed}`, size);
        let start = 0;
        for (const chunk of await cut(bytes, strategy)) {
          const part = bytes.subarray(start, start + chunk.size);
          expect(chunk.hash).toBe(createHash('sha256').update(part).digest('hex'));
          start += chunk.size;
        }
        expect(start).toBe(size);
      },
    ),
    { numRuns: 20 },
  );
});

test('a file that was begun anew has nothing of the one before', async () => {
  const bytes = randomBytesOf('whole', 3 * MiB);
  const expected = await cut(bytes, 'cdc-1m-v1');
  cutter.begin({ size: 10 * MiB, strategy: 'fixed-4m' });
  cutter.take(300 * KiB);
  expect(await cut(bytes, 'cdc-1m-v1')).toEqual(expected);
});

test('more bytes than the file has are a defect, as are fewer', async () => {
  cutter.begin({ size: 10, strategy: chunkingFor(10) });
  expect(() => cutter.take(11)).toThrow('belongs to a file');
  await expect(cutter.end()).rejects.toThrow('to its end');
});

test('both ways to hash in parts give the hash of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), async (parts) => {
      const expected = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
      for (const { openSha256 } of [node, browser]) {
        const hashing = openSha256();
        const reused = new Uint8Array(300);
        for (const part of parts) {
          reused.set(part);
          hashing.update(reused.subarray(0, part.length));
        }
        expect(await hashing.digest()).toBe(expected);
      }
    }),
  );
});

test('hashes that are begun before others have ended are those of their own bytes, however long these are', async () => {
  const lengths = [3 * MiB, 10, 5 * MiB, 0, MiB + 1];
  for (const { openSha256 } of [node, browser]) {
    const bytes = lengths.map((length, index) => randomBytesOf(`part ${index}`, length));
    const hashes = bytes.map((all) => {
      const hashing = openSha256();
      for (let at = 0; at < all.length; at += 700 * KiB) hashing.update(all.subarray(at, at + 700 * KiB));
      return hashing.digest();
    });
    const expected = bytes.map((all) => createHash('sha256').update(all).digest('hex'));
    const found: string[] = [];
    for (const hash of hashes) found.push(await hash);
    expect(found).toEqual(expected);
  }
});

test('cutting needs nothing that a browser worker does not have', async () => {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'content-cutter.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  expect(bundle.errors).toEqual([]);
  // Neither schemas nor the rest of the contract come along.
  expect(bundle.outputFiles[0]?.text.length).toBeLessThan(30_000);
});
