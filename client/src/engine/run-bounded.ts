/**
 * Runs a task for each item, at most `max` at once. After the first failure nothing more is begun; what is under way is awaited, then
 * the failure is thrown.
 */
export async function runBounded<T>(items: Iterable<T>, max: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      try {
        await task(next.value);
      } catch (failure) {
        failures.push(failure);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: max }, worker));
  if (failures.length > 0) throw failures[0];
}
