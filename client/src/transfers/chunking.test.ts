import { expect, test } from '@jest/globals';
import { FILE_BYTES_MAX, FILE_CHUNKS_MAX, FIXED_CHUNK_BYTES } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkCount, chunkRange } from './chunking.ts';

test('the chunks of a file of any length cover it without gap or overlap, and only the last may be short', () => {
  const sizes = fc.oneof(
    fc.integer({ min: 0, max: FILE_BYTES_MAX }),
    fc.nat(5).map((count) => count * FIXED_CHUNK_BYTES),
  );
  fc.assert(
    fc.property(sizes, (size) => {
      const count = chunkCount(size);
      expect(count).toBeLessThanOrEqual(FILE_CHUNKS_MAX);
      let end = 0;
      for (let index = 0; index < count; index++) {
        const range = chunkRange(size, index);
        if (range.start !== end || range.end <= range.start) throw new Error(`gap at ${index}`);
        if (index < count - 1 && range.end - range.start !== FIXED_CHUNK_BYTES) throw new Error(`short at ${index}`);
        end = range.end;
      }
      expect(end).toBe(size);
    }),
    { numRuns: 200 },
  );
});

test('a chunk outside the file is a defect', () => {
  expect(() => chunkRange(10, 1)).toThrow('inside its file');
  expect(() => chunkRange(0, 0)).toThrow('inside its file');
});
