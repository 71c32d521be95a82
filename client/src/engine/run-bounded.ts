/** Runs a task for each item, at most `max` at once. The first failure stops what has not begun, and is thrown. */
export async function runBounded<T>(items: readonly T[], max: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(max, items.length) }, worker));
}
