import { GiB, KiB, MINUTE_MS, MiB } from '@syncline/protocol';

/** How often a page is opened, and how often bytes are passed in turns with what they are compared with. */
export const START_ROUNDS = 7;
export const PASSAGE_ROUNDS = 3;
/** Entries of the list whose start is measured, and of the one that is scrolled. */
export const START_ENTRIES = 100;
export const SCROLL_ENTRIES = 100_000;
/** Rows that have to be drawn for a list to be there. */
export const DRAWN_ROWS = 10;
export const SCROLL_FRAMES = 120;
/** Pixels in each frame: a slow wheel, and a drag of the bar through the whole list. */
export const SCROLL_STEPS = { slow: 60, fast: 7000 } as const;
/** A frame that is longer can be seen. */
export const LONG_FRAME_MS = 50;
/** Of one passage that is timed. */
export const PASSAGE_BYTES = 256 * MiB;
/** Of the passages during which memory is looked at. */
export const MEMORY_PASSAGE_BYTES = 5 * GiB;
/** Files that are small enough for packs, during whose upload memory is looked at. */
export const SMALL_FILES = 4000;
export const SMALL_FILE_BYTES = 256 * KiB;
/** Requests at once of what is compared with: more carry no more on one machine. */
export const LOOPBACK_AT_ONCE = 6;
/** For one passage; it ends one that hangs. */
export const PASSAGE_MS_MAX = 6 * MINUTE_MS;
/** Of a file that is read in all ways, and of one that is sent in all. */
export const READ_BYTES = 2 * GiB;
export const SENT_BYTES = 64 * MiB;
/** What the initial scripts may have, compressed. */
export const SCRIPT_KB_MAX = 200;
/** What scripts of the page may have in memory, and all processes that draw pages together, above what they had before. */
export const HEAP_MB_MAX = 64;
export const GROWTH_MB_MAX = 400;
