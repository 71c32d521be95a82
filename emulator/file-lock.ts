import { DatabaseSync } from 'node:sqlite';

export interface FileLock {
  release(): void;
}

/**
 * Takes a lock that the operating system gives back when the process dies in whatever way, so that there are no stale
 * locks to recognise: an exclusive transaction of SQLite, whose file locks work alike on Linux, macOS and Windows.
 *
 * @returns undefined when another process still holds the lock after `waitMs`.
 */
export async function lockFile(file: string, options: { readonly waitMs: number }): Promise<FileLock | undefined> {
  const deadline = Date.now() + options.waitMs;
  for (;;) {
    const lock = tryLock(file);
    if (lock !== undefined || Date.now() >= deadline) return lock;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function tryLock(file: string): FileLock | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === 5;
}
