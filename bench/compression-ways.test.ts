import { expect, test } from '@jest/globals';
import { COMPRESSION_WAYS, restoreChunks, storeChunks } from './compression-ways.ts';
import { randomContent } from './random-tree.ts';

const TEXT = Buffer.from('the same words again and again, '.repeat(4000));
const RANDOM = randomContent('incompressible', 100_000);

test.each(COMPRESSION_WAYS.map((way) => [way.name, way] as const))('%s gives back what was stored', (_name, way) => {
  const chunks = [TEXT, RANDOM, Buffer.from('a'), TEXT.subarray(0, 5000)];
  const stored = storeChunks(way, chunks);
  expect(Buffer.concat(restoreChunks(way, stored)).equals(Buffer.concat(chunks))).toBe(true);
  expect(stored.bytes).toBeLessThan(RANDOM.length + TEXT.length / 10);
});

test('what does not become smaller is stored as it is', () => {
  for (const way of COMPRESSION_WAYS) {
    const { pieces, bytes } = storeChunks(way, [RANDOM]);
    expect([way.name, pieces.map(({ isCompressed }) => isCompressed), bytes]).toEqual([
      way.name,
      [false],
      RANDOM.length,
    ]);
  }
});
