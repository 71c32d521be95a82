import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';

const INOTIFY = '/proc/sys/fs/inotify';

/** What the operating system allows for one person. All of it is counted over every program that this person runs. */
export interface WatchLimits {
  /** Folders that can be watched. */
  readonly watchesMax: number;
  /** Processes that can watch. */
  readonly instancesMax: number;
  /** Events that wait for one process before the following ones are thrown away. */
  readonly queuedEventsMax: number;
}

/** The limits of this machine; undefined where the operating system has none to tell (all but Linux). */
export function readWatchLimits(directory: string = INOTIFY): WatchLimits | undefined {
  const watchesMax = readNumber(join(directory, 'max_user_watches'));
  const instancesMax = readNumber(join(directory, 'max_user_instances'));
  const queuedEventsMax = readNumber(join(directory, 'max_queued_events'));
  if (watchesMax === undefined || instancesMax === undefined || queuedEventsMax === undefined) return undefined;
  return { watchesMax, instancesMax, queuedEventsMax };
}

function readNumber(file: string): number | undefined {
  try {
    const number = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isSafeInteger(number) ? number : undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
