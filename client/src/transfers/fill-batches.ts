/**
 * Splits items, in their order, into as few batches as keep a limit: `fits` says whether so many belong together. An item that does not fit by
 * itself is a batch of its own. Cost: `fits` is asked once for each item, with all of its batch.
 */
export function* fillBatches<T>(
  items: readonly T[],
  fits: (batch: readonly T[]) => boolean,
): Generator<readonly T[], void> {
  let batch: readonly T[] = [];
  for (const item of items) {
    const more = [...batch, item];
    if (batch.length === 0 || fits(more)) batch = more;
    else {
      yield batch;
      batch = [item];
    }
  }
  if (batch.length > 0) yield batch;
}

export function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
