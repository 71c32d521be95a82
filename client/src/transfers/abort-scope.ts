/**
 * Runs `task` under a controller that follows the caller's signal and that the task may abort itself, so that the first
 * failure ends everything else that the task has under way. What aborted it is what is thrown.
 */
export async function withAbortScope<T>(
  signal: AbortSignal | undefined,
  task: (scope: AbortController) => Promise<T>,
): Promise<T> {
  const scope = new AbortController();
  const abort = (): void => scope.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await task(scope);
  } catch (failure) {
    throw scope.signal.aborted ? scope.signal.reason : failure;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
