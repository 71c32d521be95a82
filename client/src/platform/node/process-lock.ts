import { chmodSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY. Source: https://www.sqlite.org/rescode.html#busy */
const BUSY = 5;

/** Something that one process at a time may have. */
export interface ProcessLock {
  /** Whether the file is still the one that was locked, so that nobody can have taken another lock of this name. */
  isCurrent(): boolean;
  release(): void;
}

/**
 * Takes a lock that is named by a file, or answers undefined when another process has it. The operating system gives it back when the
 * process dies in whatever way, so there are no stale locks: it is an exclusive transaction of SQLite.
 *
 * Precondition: the folder of the file exists.
 */
export function takeProcessLock(file: string): ProcessLock | undefined {
  const database = new DatabaseSync(file);
  try {
    chmodSync(file, 0o600);
    database.exec('BEGIN EXCLUSIVE');
    const locked = inodeOf(file);
    return { isCurrent: () => locked !== undefined && inodeOf(file) === locked, release: () => database.close() };
  } catch (error) {
    database.close();
    if (typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === BUSY) return undefined;
    throw error;
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}
