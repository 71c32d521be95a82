/**
 * Runs `task` with a signal that aborts when the caller's does or after `timeoutMs`.
 * Leaves no timer and no listener behind, so that a signal may live as long as the process.
 */
export async function withDeadline<T>(
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  limits.signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(limits.signal?.reason);
  const timer = setTimeout(
    () => controller.abort(new Error(`no answer within ${limits.timeoutMs} ms`)),
    limits.timeoutMs,
  );
  limits.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await task(controller.signal);
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', abort);
  }
}
