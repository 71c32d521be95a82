import { renameSync } from 'node:fs';
import { errorCode } from './error-code.ts';
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
    putStateAside(file, 'damaged');
    return new SqliteStateStore(file);
  }
}

/**
 * Renames the state of a folder, so that the next one to open it begins with an empty one. One that was put aside under this word before is
 * replaced. Precondition: no process has it open.
 */
export function putStateAside(file: string, word: 'damaged' | 'replaced'): void {
  // The log goes first: beside an empty database it would be read into that.
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(file + suffix, `${file}.${word}${suffix}`);
    } catch (error) {
      // The side files exist only while a database is open, or after its process was killed.
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
