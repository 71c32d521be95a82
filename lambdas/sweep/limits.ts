import { assert, CHUNK_PIN_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import { PACK_GRACE_MS } from '../packs/limits.ts';

/** How long a chunk must have been unpinned before it is looked at. */
export const UNPINNED_MS = 48 * HOUR_MS;
/** Time between the two looks that find a chunk unused, at least. */
export const CONFIRM_MS = DAY_MS;
/** Time from the condemnation of a chunk to its removal: a table restored to an earlier point never points at missing bytes. */
export const GRACE_MS = 35 * DAY_MS;
/** Age of an object that nothing has recorded: as long as what was recorded and is needed no more is kept. */
export const ORPHAN_AGE_MS = UNPINNED_MS + CONFIRM_MS + GRACE_MS;
/** How much older the sweep's clock becomes by one run, at most, whatever the clock on the wall says. */
export const RUN_AGE_MS_MAX = 2 * HOUR_MS;
/** Time from the beginning of one pass over everything to that of the next, in sweep time: so much for each segment of the former, within two bounds. */
export const SEGMENT_REST_MS = 20 * SECOND_MS;
export const PASS_MS_MIN = 12 * HOUR_MS;
export const PASS_MS_MAX = 3 * DAY_MS;
/** An entry of a journal that was not projected for this long stops the sweep. */
export const LAG_MS_MAX = HOUR_MS;
/** Rows and objects of one segment. */
export const SEGMENT_ITEMS_MAX = 500;
/** How long one run goes on, in milliseconds. The next run goes on behind the last one. */
export const RUN_MS = 12 * MINUTE_MS;
/** Time in which the segment that a run has begun last comes to its end. */
export const SEGMENT_MS_MAX = 2 * MINUTE_MS;
/** Segments of one run, at most. */
export const RUN_SEGMENTS_MAX = 100_000;
/** Rows of one segment of a rebuild. */
export const REBUILD_ROWS_MAX = 1000;
/** Segments that a rebuild goes on by in one run, at most. */
export const REBUILD_SEGMENTS_MAX = 100_000;
/** Namespaces of one rebuild: they stand in one row. More are left to the next. */
export const REBUILD_NAMESPACES_MAX = 1000;
/** Packs without a record that one pass notes: they stand in one row. More are left to the next. */
export const STRAY_PACKS_MAX = 1000;
/** Chunks, packs and objects that are looked at together. */
export const SWEEPS_IN_FLIGHT_MAX = 16;

assert(GRACE_MS > CHUNK_PIN_MS, 'what is pinned when a chunk is condemned must have ended before it is removed');
assert(PACK_GRACE_MS >= GRACE_MS, 'a pack outlasts the grace of its members');
assert(RUN_AGE_MS_MAX < CONFIRM_MS, 'no single run may confirm what it found itself');
// Passes must not follow each other so slowly that what is unused is found long after its time.
assert(PASS_MS_MAX * 3 < GRACE_MS, 'the three looks at a chunk that goes take less than its grace');
// A function ends after a quarter of an hour.
assert(RUN_MS + SEGMENT_MS_MAX < 15 * MINUTE_MS, 'a run comes to its end before its function does');
