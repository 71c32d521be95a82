import { assert, DAY_MS, HOUR_MS, MINUTE_MS, RETENTION_DAYS_DEFAULT, SECOND_MS } from '@syncline/protocol';

/** Entries of the journal that one restore looks back over: what a request can read and hold. */
export const RESTORE_ENTRIES_MAX = 100_000;
/** How long one page of a restore goes on to begin batches, in milliseconds: the rest is the next page's. */
export const RESTORE_PAGE_MS = 8 * SECOND_MS;
/** Entries of the journal that one page of activity looks at, when few of them are about what is asked. */
export const ACTIVITY_ENTRIES_MAX = 10_000;
/** How long after they were replaced all revisions stay, in milliseconds; then one for each hour. */
export const THIN_TO_HOURS_AFTER_MS = DAY_MS;
/** How long one revision for each hour stays, in milliseconds; then one for each day. */
export const THIN_TO_DAYS_AFTER_MS = 7 * DAY_MS;
/** Entries of the journal that one step of the expiry looks at. */
export const EXPIRY_ENTRIES_MAX = 200;
/** Revisions of one file that one step of the expiry looks at, the newest; older ones are looked at when the file has changed again. */
export const EXPIRY_REVISIONS_MAX = 5000;
/** Revisions that one transaction removes; each may be of another node, which is noted. */
export const EXPIRY_DROPS_MAX = 45;
/** Nodes that one transaction purges: for each an entry, the node, up to two trash entries and that it is doomed. */
export const EXPIRY_PURGES_MAX = 19;
/** Times that a transaction of the expiry is tried again after somebody's commit came first. */
export const EXPIRY_TRIES_MAX = 8;
/** How long a request counts what a retention would let go, in milliseconds. */
export const RETENTION_COUNT_MS = 15 * SECOND_MS;
/** How long one run goes on, in milliseconds; the next one takes up what is left. */
export const EXPIRY_RUN_MS = 10 * MINUTE_MS;
/** How much older the expiry's clock becomes by one run, at most, in milliseconds, whatever the clock on the wall says. */
export const EXPIRY_RUN_AGE_MS_MAX = 2 * HOUR_MS;
/** How far behind the wall the expiry's clock begins, in milliseconds. */
export const EXPIRY_CLOCK_BEHIND_MS = RETENTION_DAYS_DEFAULT * DAY_MS;
/** How much older the expiry's clock is when the floors of namespaces are raised again, in milliseconds: a write each. */
export const FLOOR_STEP_MS = DAY_MS;

assert(EXPIRY_RUN_AGE_MS_MAX < THIN_TO_HOURS_AFTER_MS, 'no single run lets go what it would not have looked at before');
