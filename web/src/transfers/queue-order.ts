import { PACK_MEMBER_BYTES_MAX } from '@syncline/protocol';
import { LARGE_FILES_MAX, SMALL_BATCH_BYTES_MAX, SMALL_BATCH_FILES_MAX } from './limits.ts';

/** What the order of the queue hangs on. */
export interface Queued {
  readonly size: number;
  /** Position in which it was added. */
  readonly order: number;
}

/** What may be begun now: files that travel together, and large ones that travel alone. */
export interface NextUploads<T extends Queued> {
  readonly small: readonly T[];
  readonly large: readonly T[];
}

/**
 * Small files go before large ones, in the order in which they were added; of large ones the smallest goes first. At most one batch of small
 * files is under way, and LARGE_FILES_MAX large files, so that a large file does not wait until the last small one is sent, nor the
 * other way round.
 */
export function nextUploads<T extends Queued>(
  waiting: readonly T[],
  underWay: { readonly smallBatches: number; readonly largeFiles: number },
): NextUploads<T> {
  const small = waiting.filter(isSmall).toSorted((a, b) => a.order - b.order);
  const large = waiting
    .filter((item) => !isSmall(item))
    .toSorted((a, b) => (a.size === b.size ? a.order - b.order : a.size - b.size));
  return {
    small: underWay.smallBatches > 0 ? [] : firstBatch(small),
    large: large.slice(0, Math.max(0, LARGE_FILES_MAX - underWay.largeFiles)),
  };
}

/** Whether a file is one chunk that fits into a pack. */
export function isSmall({ size }: Pick<Queued, 'size'>): boolean {
  return size <= PACK_MEMBER_BYTES_MAX;
}

function firstBatch<T extends Queued>(small: readonly T[]): readonly T[] {
  let bytes = 0;
  let count = 0;
  for (const { size } of small) {
    bytes += size;
    if (count === SMALL_BATCH_FILES_MAX || bytes > SMALL_BATCH_BYTES_MAX) break;
    count += 1;
  }
  return small.slice(0, count);
}
