import { assert } from '@syncline/protocol';

/**
 * Maps all items with at most `tasksMax` calls under way; answers in the order of the items.
 * When a call fails no further one is begun, those under way are awaited, and the first failure is thrown.
 */
export async function mapBounded<T, R>(
  tasksMax: number,
  items: readonly T[],
  call: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  assert(tasksMax >= 1, 'at least one task must be allowed');
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await call(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(tasksMax, items.length) }, work);
  const settled = await Promise.allSettled(workers);
  for (const worker of settled) if (worker.status === 'rejected') throw worker.reason;
  return results;
}
