import { assert, FILE_BYTES_MAX, GiB, MINUTE_MS, MiB, SECOND_MS } from '@syncline/protocol';

/** Contents that are kept for offline in one browser profile, in bytes. */
export const KEPT_BYTES_MAX = 2 * GiB;
/** Largest file that is kept for offline. */
export const KEPT_FILE_BYTES_MAX = 512 * MiB;
/** Files and folders that are kept, all below marked ones together. */
export const KEPT_NODES_MAX = 20_000;
/** Files and folders that are marked by themselves. */
export const MARKS_MAX = 200;
/** Changes that wait for being sent … */
export const CHANGES_MAX = 1000;
/** … and bytes of files in them … */
export const CHANGES_BYTES_MAX = 512 * MiB;
/** … and of one of these. A larger file waits for the network as an upload. */
export const CHANGE_BYTES_MAX = 64 * MiB;
/** What became of changes, as far as a person has to know it, is kept until it was read: so much of it. */
export const REPORTS_MAX = 200;
/** Contents of which it is known what they have become. */
export const STORED_REVS_MAX = 100;
/** Times that one change is prepared anew because its upload has ended. */
export const PREPARATIONS_MAX = 5;
/** Names that are tried for a file or folder whose name is taken. */
export const NAME_TRIES_MAX = 50;
/** Pause before a change is sent again after the service could not be reached. */
export const SEND_PAUSE_MS = 5 * SECOND_MS;
/** Pause after changes elsewhere before contents are fetched, so that a burst is one task. */
export const KEEP_PAUSE_MS = SECOND_MS;
/** Pause before what could not be fetched is tried again. */
export const KEEP_RETRY_MS = MINUTE_MS;
/** Contents of queued changes have revisions from here on, in this browser alone: no file comes to so many. */
export const LOCAL_REV_MIN = 900_000;
/** The last of them. Source: content-address.ts */
export const LOCAL_REV_MAX = 999_999;
/** Time between two looks whether there is a newer version of the app. */
export const UPDATE_LOOK_MS = 60 * MINUTE_MS;
/** A first request that takes longer makes the app open without a network. */
export const START_WAIT_MS = 6 * SECOND_MS;

assert(CHANGE_BYTES_MAX <= CHANGES_BYTES_MAX, 'the largest change fits');
assert(KEPT_FILE_BYTES_MAX <= KEPT_BYTES_MAX && KEPT_FILE_BYTES_MAX <= FILE_BYTES_MAX, 'the largest file fits');
assert(LOCAL_REV_MAX - LOCAL_REV_MIN > CHANGES_MAX, 'each change has a revision of its own');
