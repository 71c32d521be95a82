import { dirname } from 'node:path';
import { UnavailableError } from '../../api/unavailable-error.ts';
import { makePrivateDirectory } from './configuration-directory.ts';
import { takeProcessLock } from './process-lock.ts';

/** How long a process waits for another one that holds the lock: longer than any renewal of tokens takes. */
const WAIT_MS_MAX = 90_000;
const POLL_MS = 20;

/**
 * Runs `task` while no other process that names the same file does. The file's directory is made, for its owner alone.
 *
 * @throws UnavailableError  another process holds it for too long: it may well be renewing the sign-in over a bad line.
 */
export async function withConfigurationLock<T>(
  file: string,
  task: () => Promise<T>,
  { waitMsMax }: { readonly waitMsMax: number } = { waitMsMax: WAIT_MS_MAX },
): Promise<T> {
  await makePrivateDirectory(dirname(file));
  const deadlineMs = performance.now() + waitMsMax;
  for (;;) {
    const lock = takeProcessLock(file);
    if (lock !== undefined) {
      try {
        return await task();
      } finally {
        lock.release();
      }
    }
    if (performance.now() > deadlineMs) throw new UnavailableError(`another process has held ${file} for too long`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
