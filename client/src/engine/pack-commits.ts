import { assert, COMMIT_CONFIRM_CHUNKS_MAX, COMMIT_OPERATIONS_MAX } from '@syncline/protocol';

/**
 * Splits what is to be committed, in order, into requests that keep both limits of a commit: the number of operations and
 * the chunks that it confirms by itself (`unconfirmed` of an upload outcome; 0 for other operations).
 */
export function packCommits<T extends { readonly unconfirmed: number }>(
  items: readonly T[],
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let unconfirmed = 0;
  for (const item of items) {
    assert(item.unconfirmed <= COMMIT_CONFIRM_CHUNKS_MAX, 'one upload never needs more than a commit can confirm');
    const batch = batches.at(-1);
    const fits = unconfirmed + item.unconfirmed <= COMMIT_CONFIRM_CHUNKS_MAX;
    if (batch === undefined || batch.length >= COMMIT_OPERATIONS_MAX || !fits) {
      batches.push([item]);
      unconfirmed = item.unconfirmed;
    } else {
      batch.push(item);
      unconfirmed += item.unconfirmed;
    }
  }
  return batches;
}
