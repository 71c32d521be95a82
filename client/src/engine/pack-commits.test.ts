import { expect, test } from '@jest/globals';
import { COMMIT_CONFIRM_CHUNKS_MAX, COMMIT_OPERATIONS_MAX } from '@syncline/protocol';
import fc from 'fast-check';
import { packCommits } from './pack-commits.ts';

test('every commit keeps both limits, and together they are the items in order', () => {
  const items = fc.array(fc.record({ unconfirmed: fc.integer({ min: 0, max: 8 }) }), { maxLength: 700 });
  fc.assert(
    fc.property(items, (all) => {
      const batches = packCommits(all);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(COMMIT_OPERATIONS_MAX);
        const unconfirmed = batch.reduce((sum, item) => sum + item.unconfirmed, 0);
        expect(unconfirmed).toBeLessThanOrEqual(COMMIT_CONFIRM_CHUNKS_MAX);
      }
      expect(batches.flat()).toEqual(all);
    }),
  );
});

test('a hundred small files are one commit', () => {
  expect(packCommits(Array.from({ length: 100 }, () => ({ unconfirmed: 1 })))).toHaveLength(1);
});
