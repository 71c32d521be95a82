import { expect, test } from '@jest/globals';
import { COMMIT_CONFIRM_CHUNKS_MAX, COMMIT_OPERATIONS_MAX } from '@syncline/protocol';
import fc from 'fast-check';
import { packCommits, packCommitsInTurn } from './pack-commits.ts';

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

async function* inTurn<T>(items: readonly T[], onTaken: () => void = () => undefined): AsyncGenerator<T, undefined> {
  for (const item of items) {
    onTaken();
    yield item;
  }
}

test('items that come one after the other make the same requests', async () => {
  const items = fc.array(fc.record({ unconfirmed: fc.integer({ min: 0, max: 8 }) }), { maxLength: 700 });
  await fc.assert(
    fc.asyncProperty(items, async (all) => {
      const requests: unknown[] = [];
      for await (const request of packCommitsInTurn(inTurn(all))) requests.push(request);
      expect(requests).toEqual(packCommits(all));
    }),
  );
});

test('a request that is full is given with one more item taken at most', async () => {
  let taken = 0;
  const files = Array.from({ length: 2 * COMMIT_OPERATIONS_MAX + 5 }, () => ({ unconfirmed: 1 }));
  const takenThen: number[] = [];
  for await (const _request of packCommitsInTurn(inTurn(files, () => (taken += 1)))) takenThen.push(taken);
  expect(takenThen).toEqual([COMMIT_OPERATIONS_MAX + 1, 2 * COMMIT_OPERATIONS_MAX + 1, files.length]);
});

test('a hundred small files are one commit', () => {
  expect(packCommits(Array.from({ length: 100 }, () => ({ unconfirmed: 1 })))).toHaveLength(1);
});
