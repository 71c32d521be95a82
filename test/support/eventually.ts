/** Pause between two looks. */
const LOOK_MS = 50;
/** What has not come by then does not come. No test passes by waiting: this only ends one that fails. */
const EVENTUALLY_MS_MAX = 120_000;

/** Repeats a check until it no longer throws, and answers what it answers. @throws what it threw last. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const endMs = performance.now() + EVENTUALLY_MS_MAX;
  for (;;) {
    try {
      return await check();
    } catch (failure) {
      if (performance.now() > endMs) throw failure;
    }
    await new Promise((resolve) => void setTimeout(resolve, LOOK_MS));
  }
}
