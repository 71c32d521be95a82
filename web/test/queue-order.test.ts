import { expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import fc from 'fast-check';
import { LARGE_FILES_MAX, SMALL_BATCH_BYTES_MAX, SMALL_BATCH_FILES_MAX } from '../src/transfers/limits.ts';
import { isSmall, nextUploads } from '../src/transfers/queue-order.ts';

const waiting = fc
  .array(fc.nat(6 * MiB), { maxLength: 1200 })
  .map((sizes) => sizes.map((size, order) => ({ size, order })));
const underWay = fc.record({ smallBatches: fc.nat(1), largeFiles: fc.nat(LARGE_FILES_MAX) });

test('what is begun waits, keeps all bounds, and whoever is left out comes later in the order', () => {
  fc.assert(
    fc.property(waiting, underWay, (files, running) => {
      const { small, large } = nextUploads(files, running);
      const begun = new Set([...small, ...large]);
      expect(begun.size).toBe(small.length + large.length);
      expect(small.every(isSmall) && !large.some(isSmall)).toBe(true);
      expect(small.length).toBeLessThanOrEqual(running.smallBatches > 0 ? 0 : SMALL_BATCH_FILES_MAX);
      expect(small.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(SMALL_BATCH_BYTES_MAX);
      expect(large.length + running.largeFiles).toBeLessThanOrEqual(LARGE_FILES_MAX);
      const left = files.filter((file) => !begun.has(file));
      const lastSmall = Math.max(-1, ...small.map(({ order }) => order));
      if (small.length > 0) expect(left.filter(isSmall).every(({ order }) => order > lastSmall)).toBe(true);
      const largest = Math.max(0, ...large.map(({ size }) => size));
      if (large.length > 0) expect(left.every((file) => isSmall(file) || file.size >= largest)).toBe(true);
    }),
  );
});

test('with nothing under way, whatever waits comes to its turn', () => {
  fc.assert(
    fc.property(waiting, (files) => {
      let left = files;
      for (let turns = 0; left.length > 0; turns++) {
        expect(turns).toBeLessThanOrEqual(files.length);
        const { small, large } = nextUploads(left, { smallBatches: 0, largeFiles: 0 });
        const begun = new Set([...small, ...large]);
        left = left.filter((file) => !begun.has(file));
      }
    }),
  );
});
