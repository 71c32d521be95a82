import { assert, HOUR_MS, MINUTE_MS, SECOND_MS } from '@syncline/protocol';

/** Time between two runs; the rule of the schedule says the same (lib/constructs/scrub.ts). */
export const RUN_INTERVAL_MS = HOUR_MS;
/** Which part of all chunks and packs a pass reads whole: each is read once in so many passes. */
export const PASSES_UNTIL_ALL_READ = 12;
/** Rows and objects of one segment. */
export const SEGMENT_ITEMS_MAX = 500;
/** Rows and objects that are looked at together: with it the rate of requests is bounded. */
export const INSPECTIONS_IN_FLIGHT_MAX = 8;
/** Rows and objects of one run, at least and at most, whatever a pass has found before. */
export const RUN_ITEMS_MIN = 5_000;
export const RUN_ITEMS_MAX = 200_000;
/** How much more than its share of the last pass a run looks at, so that a pass that has grown ends in time. */
export const RUN_ITEMS_SURPLUS = 1.25;
/** A run ends by then, wherever it is; the next one goes on. */
export const RUN_MS_MAX = 12 * MINUTE_MS;
/** What is found is looked at again after this, before it is told. */
export const RECHECK_DELAY_MS = 2 * SECOND_MS;
/** Defects that are looked at again when a pass begins. */
export const DEFECTS_MAX = 1_000;

assert(RUN_ITEMS_MIN >= SEGMENT_ITEMS_MAX, 'a run has room for a segment');
