/**
 * Runs `task` on every item, at most `tasksMax` at once, and answers the results in order.
 * After a failure nothing more is started; what is under way is awaited, then the first failure is thrown.
 */
export async function runBounded<T, R>(
  tasksMax: number,
  items: readonly T[],
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await task(items[index] as T, index);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(tasksMax, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
