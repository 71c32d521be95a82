import type { Clock } from './clock.ts';

/** Waits for `ms` milliseconds, or until the signal aborts. Answers whether the whole pause was made. */
export async function pause(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (failure) {
    if (signal.aborted) return false;
    throw failure;
  }
}
