import { DatabaseSync } from 'node:sqlite';
import { UnavailableError } from '../../api/unavailable-error.ts';

/** How long a process waits for another one that holds the lock: longer than any renewal of tokens takes. */
const WAIT_MS_MAX = 90_000;
const POLL_MS = 20;
/** SQLITE_BUSY. Source: https://www.sqlite.org/rescode.html#busy */
const BUSY = 5;

/**
 * Runs `task` while no other process that names the same file does. The operating system gives the lock back when the process
 * dies in whatever way, so there are no stale locks: it is an exclusive transaction of SQLite.
 *
 * @throws UnavailableError  another process holds it for too long: it may well be renewing the sign-in over a bad line.
 */
export async function withConfigurationLock<T>(
  file: string,
  task: () => Promise<T>,
  { waitMsMax }: { readonly waitMsMax: number } = { waitMsMax: WAIT_MS_MAX },
): Promise<T> {
  const deadlineMs = performance.now() + waitMsMax;
  for (;;) {
    const database = tryLock(file);
    if (database !== undefined) {
      try {
        return await task();
      } finally {
        database.close();
      }
    }
    if (performance.now() > deadlineMs) throw new UnavailableError(`another process has held ${file} for too long`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tryLock(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === BUSY) return undefined;
    throw error;
  }
}
