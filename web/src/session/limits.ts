import { assert, MINUTE_MS, SECOND_MS } from '@syncline/protocol';

/** Pause before a lost socket is opened again: the first time, and at most. */
export const RECONNECT_MS_MIN = SECOND_MS;
export const RECONNECT_MS_MAX = MINUTE_MS;
/** A socket that says nothing for so long is asked whether it is still there, and closed when it does not answer by the next time. */
export const PING_MS = 30 * SECOND_MS;
/** How long a long-poll waits while there is no socket, in seconds. */
export const POLL_SECONDS = 20;
/** Pause after a delta that failed. */
export const DELTA_PAUSE_MS = 5 * SECOND_MS;
/** Entries of one page of a delta. */
export const DELTA_PAGE_ENTRIES = 1000;
/** Pages of a delta that are applied one by one; who is further behind lists anew. */
export const DELTA_PAGES_MAX = 20;
/** Device ids that are tried: the one of this browser, and another one if that was unlinked. */
export const DEVICE_IDS_MAX = 2;

assert(RECONNECT_MS_MIN < RECONNECT_MS_MAX, 'pauses grow');
