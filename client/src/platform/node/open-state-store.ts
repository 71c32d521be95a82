import { renameSync } from 'node:fs';
import { SqliteStateStore } from './sqlite-state-store.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB. Source: https://www.sqlite.org/rescode.html */
const DAMAGED = new Set([11, 26]);

/**
 * Opens the state of a folder. A damaged database is put aside (`….damaged`) and an empty one takes its place: the engine then
 * merges both sides as on the first link, which deletes nothing.
 */
export function openStateStore(file: string): SqliteStateStore {
  try {
    return new SqliteStateStore(file);
  } catch (error) {
    if (!(typeof error === 'object' && error !== null && 'errcode' in error && DAMAGED.has(Number(error.errcode)))) {
      throw error;
    }
    for (const suffix of ['', '-wal', '-shm']) {
      try {
        renameSync(file + suffix, `${file}.damaged${suffix}`);
      } catch {
        // The side files exist only while a database is open.
      }
    }
    return new SqliteStateStore(file);
  }
}
