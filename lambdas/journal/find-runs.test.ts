import { expect, test } from '@jest/globals';
import { RUN_BYTES_MAX, RUN_MEMBER_BYTES_MAX } from '@syncline/protocol';
import fc from 'fast-check';
import { findRuns } from './find-runs.ts';

/** Members of a pack as they lie in it, each wanted or not. */
const aPack = fc.array(
  fc.record({
    length: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 * RUN_MEMBER_BYTES_MAX })),
    isWanted: fc.boolean(),
  }),
  { maxLength: 60 },
);

function placesOf(packs: readonly (readonly { readonly length: number; readonly isWanted: boolean }[])[]) {
  return packs.flatMap((members, pack) => {
    let offset = 0;
    return members.map((member, index) => {
      const place = { objectKey: `packs/shared/${pack}`, offset, index, ...member };
      offset += member.length;
      return place;
    });
  });
}

test('a run is of wanted members alone, without a gap, within its bounds, and as long as it can be', () => {
  fc.assert(
    fc.property(fc.array(aPack, { maxLength: 3 }), fc.array(fc.nat(), { maxLength: 60 }), (packs, order) => {
      const wanted = placesOf(packs).filter(({ isWanted }) => isWanted);
      // In any order.
      const asked = wanted.toSorted((a, b) => (order[a.offset % 60] ?? 0) - (order[b.offset % 60] ?? 0));
      const runs = findRuns(asked);
      const seen = new Set<unknown>();
      for (const run of runs) {
        expect(run.length).toBeGreaterThan(1);
        expect(run.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(RUN_BYTES_MAX);
        run.forEach((place, at) => {
          expect(place.isWanted && place.length <= RUN_MEMBER_BYTES_MAX && !seen.has(place)).toBe(true);
          seen.add(place);
          const before = run[at - 1];
          if (before === undefined) return;
          expect([place.objectKey, place.offset]).toEqual([before.objectKey, before.offset + before.length]);
        });
      }
      const bytesOf = (place: unknown) =>
        runs.find((run) => run.includes(place as never))?.reduce((sum, { length }) => sum + length, 0) ?? 0;
      for (const place of wanted) {
        const next = wanted.find((one) => one.objectKey === place.objectKey && one.index === place.index + 1);
        if (next === undefined || Math.max(place.length, next.length) > RUN_MEMBER_BYTES_MAX) continue;
        const isTogether = runs.some((run) => run.includes(place) && run.includes(next));
        // Two neighbours are apart only where both together would be too long.
        expect(isTogether || bytesOf(place) + next.length > RUN_BYTES_MAX).toBe(true);
      }
    }),
  );
});

test('chunks that are objects of their own, and a member without a neighbour, are in no run', () => {
  const chunk = (objectKey: string, offset: number) => ({ objectKey, offset, length: 10 });
  expect(findRuns([chunk('chunks/shared/a', 0), chunk('chunks/shared/a', 10), chunk('packs/shared/b', 0)])).toEqual([]);
  expect(findRuns([chunk('packs/shared/a', 0), chunk('packs/shared/b', 10)])).toEqual([]);
});
