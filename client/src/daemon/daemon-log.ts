import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorCode } from '../platform/node/error-code.ts';
import { LOG_FILE_BYTES_MAX, LOG_FILES_KEPT, LOG_FRAMES_MAX, LOG_LINE_BYTES_MAX } from './limits.ts';

/** What a line says besides its time. Ids, counts and codes: never names, paths, tokens or bytes of files. */
export type LogEntry =
  | { readonly event: 'daemon-started'; readonly version: string; readonly pid: number }
  | { readonly event: 'daemon-stopping'; readonly reason: 'asked' | 'signal' | 'home-gone' }
  | { readonly event: 'daemon-stopped'; readonly folders: number; readonly unfinished: number }
  | { readonly event: 'sign-in-changed'; readonly signedIn: boolean }
  | {
      readonly event: 'folder-added' | 'folder-removed' | 'folder-changed' | 'folder-rebuilt';
      readonly folderId: string;
    }
  | {
      readonly event: 'folder-state';
      readonly folderId: string;
      readonly state: string;
      readonly seq: number;
      readonly syncedNodes: number;
      readonly problems: number;
    }
  | { readonly event: 'device-wiped'; readonly folders: number; readonly removed: number; readonly kept: number }
  | { readonly event: 'folder-failed'; readonly folderId: string; readonly failure: LoggedFailure }
  | {
      readonly event: 'configuration-unreadable' | 'control-failed' | 'daemon-failed';
      readonly failure: LoggedFailure;
    };

/** A failure without its message, which may hold a path. */
export interface LoggedFailure {
  readonly name: string;
  readonly code: string | undefined;
  /** Functions with the program's own file and line. */
  readonly frames: readonly string[];
}

export interface DaemonLog {
  /** Never throws: a full disk must not end the sync of folders on another one. */
  write(entry: LogEntry): void;
}

export function logFile(home: string): string {
  return join(home, 'logs', 'daemon.log');
}

/**
 * A log of JSON lines in the installation's directory, readable by its owner alone, of at most `LOG_FILES_KEPT + 1` files of
 * `LOG_FILE_BYTES_MAX`: a full one becomes `daemon.log.1`, which becomes `daemon.log.2`, and so on.
 */
export function openDaemonLog(options: { readonly home: string; readonly now: () => Date }): DaemonLog {
  const file = logFile(options.home);
  makeDirectory(options.home);
  return {
    write(entry) {
      const text = JSON.stringify({ at: options.now().toISOString(), ...entry });
      const line = Buffer.byteLength(text) < LOG_LINE_BYTES_MAX ? text : JSON.stringify({ event: entry.event });
      try {
        if (sizeOf(file) + Buffer.byteLength(line) + 1 > LOG_FILE_BYTES_MAX) rotate(file);
        appendFileSync(file, `${line}\n`, { mode: 0o600 });
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
      }
    },
  };
}

/** What may be logged of a failure. */
export function describeFailure(failure: unknown): LoggedFailure {
  const stack = failure instanceof Error ? (failure.stack ?? '') : '';
  const frames = [...stack.matchAll(/^ {4}at (?:async )?(?:(?<where>[\w$.#<> ]+) \()?(?<file>[^()\s]+:\d+):\d+\)?$/gm)]
    .slice(0, LOG_FRAMES_MAX)
    .map(({ groups }) => `${groups?.['where'] ?? ''} ${basename(groups?.['file'] ?? '')}`.trim());
  return { name: failure instanceof Error ? failure.name : typeof failure, code: errorCode(failure), frames };
}

/** Once: what somebody removes later is not made again by a log. */
function makeDirectory(home: string): void {
  try {
    mkdirSync(join(home, 'logs'), { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate(file: string): void {
  for (let number = LOG_FILES_KEPT; number >= 1; number--) {
    const from = number === 1 ? file : `${file}.${number - 1}`;
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${file}.${number}`);
  }
}
