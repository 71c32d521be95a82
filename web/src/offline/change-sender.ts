import { UnavailableError } from '@syncline/client';
import type { RunnerDependencies } from './change-runner.ts';
import { SEND_PAUSE_MS } from './limits.ts';

/**
 * Sends what waits whenever it is told that something may go; one tab at a time. While the service cannot be reached it tries again after a
 * pause, until the signal ends it.
 */
export function createSender(
  work: RunnerDependencies,
  way: {
    readonly name: string;
    readonly isOnline: () => boolean;
    /** Whether anything waits: what sends it is loaded only then. */
    readonly isWaiting: () => boolean;
    readonly signal: AbortSignal;
  },
): () => void {
  let isRunning = false;
  let isWanted = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    try {
      while (isWanted && way.isOnline() && way.isWaiting()) {
        isWanted = false;
        const { runChanges } = await import('./change-runner.ts');
        await navigator.locks.request(way.name, { signal: way.signal }, () => runChanges(work, way.signal));
      }
    } catch (failure) {
      if (way.signal.aborted) return;
      if (!(failure instanceof UnavailableError)) throw failure;
      setTimeout(send, SEND_PAUSE_MS);
    } finally {
      isRunning = false;
    }
  };
  const send = (): void => {
    isWanted = true;
    if (!isRunning && !way.signal.aborted) void run();
  };
  return send;
}
