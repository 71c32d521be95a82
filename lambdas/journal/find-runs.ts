import { RUN_BYTES_MAX, RUN_MEMBER_BYTES_MAX } from '@syncline/protocol';
import type { ChunkRecord } from '../chunks/chunk-index.ts';
import { isPackKey } from '../packs/pack-index.ts';

/** Where a chunk lies in a pack. */
export interface PackedPlace extends Pick<ChunkRecord, 'objectKey' | 'offset'> {
  /** Bytes that it takes there. */
  readonly length: number;
}

/**
 * The runs of chunks that can be read together: two or more, one after the other in one pack with nothing between them, so that nobody gets a byte
 * that is not of these chunks. Each in the order in which it lies.
 */
export function findRuns<T extends PackedPlace>(places: readonly T[]): readonly (readonly T[])[] {
  const packed = places.filter(({ objectKey, length }) => isPackKey(objectKey) && length <= RUN_MEMBER_BYTES_MAX);
  const runs: T[][] = [];
  let bytes = 0;
  for (const place of packed.toSorted(byPlace)) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run !== undefined && before !== undefined && isNext(before, place) && bytes + place.length <= RUN_BYTES_MAX) {
      run.push(place);
      bytes += place.length;
    } else {
      runs.push([place]);
      bytes = place.length;
    }
  }
  return runs.filter((run) => run.length > 1);
}

function isNext(before: PackedPlace, place: PackedPlace): boolean {
  return place.objectKey === before.objectKey && place.offset === before.offset + before.length;
}

function byPlace(a: PackedPlace, b: PackedPlace): number {
  if (a.objectKey !== b.objectKey) return a.objectKey < b.objectKey ? -1 : 1;
  return a.offset - b.offset;
}
