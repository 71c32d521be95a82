/** What is done with each item: first one thing, beside that of other items, then another, in turns. */
export interface Stages<T, P> {
  /** Items that have begun and are not at the end of their second stage. */
  readonly itemsMax: number;
  readonly prepare: (item: T) => Promise<P>;
  /** One item after the other, in their order. */
  readonly complete: (prepared: P) => Promise<void>;
}

/**
 * Lets the second stage of one item overlap with the first stage of the next ones, until there is no next item. After a failure
 * nothing more is begun; what is under way is awaited, then the first failure is thrown.
 */
export async function runInStages<T, P>(stages: Stages<T, P>, next: () => T | undefined): Promise<void> {
  const failures: unknown[] = [];
  const open = new Set<Promise<void>>();
  let last: Promise<void> = Promise.resolve();
  for (let item = next(); item !== undefined; item = failures.length === 0 ? next() : undefined) {
    const before = last;
    const run = async (begun: Promise<P>): Promise<void> => {
      try {
        const prepared = await begun;
        await before;
        if (failures.length === 0) await stages.complete(prepared);
      } catch (failure) {
        failures.push(failure);
        await before;
      }
    };
    const task = run(stages.prepare(item)).finally(() => open.delete(task));
    open.add(task);
    last = task;
    if (open.size >= stages.itemsMax) await Promise.race(open);
  }
  await Promise.all(open);
  if (failures.length > 0) throw failures[0];
}
