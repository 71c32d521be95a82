import { assert, KiB, MINUTE_MS, MiB, PACK_MEMBER_BYTES_MAX, SECOND_MS } from '@syncline/protocol';

/** Small files that one call of the SDK sends together, so that packs are filled … */
export const SMALL_BATCH_FILES_MAX = 500;
/** … and bytes of them. */
export const SMALL_BATCH_BYTES_MAX = 48 * MiB;
/** Large files that are read and sent at once. */
export const LARGE_FILES_MAX = 2;
/** Files that one person can have in the queue of one tab. */
export const QUEUED_FILES_MAX = 100_000;
/** Folders that are read of one drop. */
export const DROPPED_FOLDERS_MAX = 20_000;
/** Folders above a file of a drop. */
export const DROPPED_DEPTH_MAX = 64;
/** Pages of a folder's listing that are read to know which names exist; what is beyond is found at the commit. */
export const KNOWN_NAMES_PAGES_MAX = 20;
/** Names that are tried for "keep both". */
export const FREE_NAMES_MAX = 1000;
/** A file counts as stalled when nothing of it has moved for this long. */
export const STALLED_MS = 20 * SECOND_MS;
/** Time between two looks at what has stalled. */
export const STALL_LOOK_MS = 5 * SECOND_MS;
/** Pauses between tries while the service cannot be reached. */
export const OFFLINE_PAUSE_MS_MIN = SECOND_MS;
export const OFFLINE_PAUSE_MS_MAX = MINUTE_MS;
/** Time over which the speed is measured. */
export const SPEED_WINDOW_MS = 10 * SECOND_MS;
/** Shortest time from which a speed is told. */
export const SPEED_WINDOW_MS_MIN = SECOND_MS;
/** Samples of the speed that are kept. */
export const SPEED_SAMPLES_MAX = 100;
/** Time between two reports of the worker to the page. */
export const REPORT_MS = 200;
/** Times that one file is begun again because it changed while it was read, or its session has ended. */
export const TRIES_MAX = 3;
/** Longest wait for an access token from the page. */
export const TOKEN_WAIT_MS = 30 * SECOND_MS;

assert(SMALL_BATCH_BYTES_MAX >= PACK_MEMBER_BYTES_MAX, 'a batch must hold the largest small file');
assert(REPORT_MS < SPEED_WINDOW_MS / 10 && KiB < MiB, 'the speed is made of several reports');
