import { errorCode } from './error-code.ts';
import type { WatchLack } from './folder-watcher.ts';

/** What it means that a watch could not be set. @throws what is no answer of the operating system: a defect. */
export function lackOf(error: unknown): WatchLack | 'gone' | 'unreadable' {
  switch (errorCode(error)) {
    case undefined:
      throw error;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
      return 'gone';
    case 'EACCES':
      return 'unreadable';
    case 'ENOSPC':
      return 'watch-limit';
    case 'EMFILE':
    case 'ENFILE':
      return 'instance-limit';
    default:
      return 'refused';
  }
}
