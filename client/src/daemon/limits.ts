import { assert, KiB, MINUTE_MS, MiB, SECOND_MS } from '@syncline/protocol';
import type { RetryBudget } from '../api/backoff.ts';

/** Longest request on the control socket, in bytes: a path of 4,096 bytes with every byte escaped stays below. */
export const REQUEST_BYTES_MAX = 64 * KiB;
/** Longest answer on the control socket, in bytes. */
export const ANSWER_BYTES_MAX = 16 * MiB;
/** Connections to the control socket at once; further ones are closed. */
export const CONNECTIONS_MAX = 64;
/** A connection that sends no request for this long is closed. */
export const REQUEST_IDLE_MS_MAX = 30 * SECOND_MS;
/** A watcher is told of changes no more often than this. */
export const WATCH_PAUSE_MS = 200;
/** How long a command waits for an answer that needs no work. */
export const ANSWER_MS_MAX = 15 * SECOND_MS;
/** How long a command waits for a daemon that is being started. */
export const START_MS_MAX = 30 * SECOND_MS;
/** How long a folder that is stopped may take to finish its step; then it is given up, and begun again by the next start. */
export const STOP_GRACE_MS = 10 * SECOND_MS;
/** How long a daemon waits for the end of its folders when it is asked to stop. */
export const STOP_MS_MAX = 30 * SECOND_MS;
/** Longest path of a Unix domain socket, in bytes; systems take 103 to 107. */
export const SOCKET_PATH_BYTES_MAX = 100;

/** Problems of all folders that one status lists; their number is told besides. */
export const PROBLEMS_LISTED_MAX = 500;
/** Conflicts of all folders that one answer lists; their number is told besides. */
export const CONFLICTS_LISTED_MAX = 250;
/** Longest path of a problem or conflict, with its escapes, and the rest of its line, in bytes. */
const PROBLEM_BYTES_MAX = 28 * KiB;

/** How often links, settings and sign-in are looked at without being asked to. */
export const RELOAD_MS = 15 * SECOND_MS;
/** Time between two questions whether a device that the service refuses is to remove its files. */
export const WIPE_LOOK_MS = 5 * MINUTE_MS;
/** How often a folder is tried that another process syncs. */
export const LOCK_RETRY_MS = 5 * SECOND_MS;
/** Pauses before a folder is started again after a defect has ended its sync. */
export const RESTART: RetryBudget = {
  attemptsMax: Number.POSITIVE_INFINITY,
  delayMsMin: SECOND_MS,
  delayMsMax: 5 * MINUTE_MS,
};
/** A sync that has run for this long before it failed is started again without the pauses of earlier failures. */
export const RESTART_FORGIVEN_MS = 10 * MINUTE_MS;

/** A log file is put aside when it is this long, in bytes … */
export const LOG_FILE_BYTES_MAX = MiB;
/** … and so many are kept beside the one that is written. */
export const LOG_FILES_KEPT = 4;
/** Longest line of the log, in bytes. */
export const LOG_LINE_BYTES_MAX = 4 * KiB;
/** Frames of a stack that are logged. */
export const LOG_FRAMES_MAX = 8;

assert(PROBLEMS_LISTED_MAX * PROBLEM_BYTES_MAX < ANSWER_BYTES_MAX, 'the problems of a status fit into an answer');
assert(2 * CONFLICTS_LISTED_MAX * PROBLEM_BYTES_MAX < ANSWER_BYTES_MAX, 'conflicts, with two paths each, fit too');
assert(STOP_GRACE_MS < STOP_MS_MAX, 'a folder that is given up can end before the daemon does');
assert(STOP_GRACE_MS < ANSWER_MS_MAX, 'who unlinks a folder waits for the end of its sync');
assert(LOG_LINE_BYTES_MAX < LOG_FILE_BYTES_MAX, 'a log file has room for a line');
