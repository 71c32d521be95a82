import { assert, MiB, PAGE_ENTRIES_MAX } from '@syncline/protocol';

/** Pause after changes before what they made old is read anew, in milliseconds. */
export const REFRESH_MS = 800;
/** Entries in one page of a listing. */
export const LISTING_PAGE_ENTRIES = 1000;
/** Pages of one folder that are shown: a million entries. */
export const LISTING_PAGES_MAX = 1000;
/** Nodes that came while a listing was read, and are put into it again when a page comes; with more it begins anew. */
export const SEEN_NODES_MAX = 20_000;
/** Time within which keys that are typed belong to one word, in milliseconds. */
export const TYPE_AHEAD_MS = 800;
/** Nodes below a folder that is copied: more take a computer that syncs. */
export const COPY_NODES_MAX = 10_000;
/** Largest picture that a tile shows: there are no smaller copies of it, so all of it is read. */
export const TILE_PICTURE_BYTES_MAX = 8 * MiB;

assert(LISTING_PAGE_ENTRIES <= PAGE_ENTRIES_MAX, 'a page is one answer of the service');
/** Formats of dates, or of numbers, that are kept: for each unit, with and without a digit after the point, in a language, and some of the one before. */
export const FORMATS_MAX = 16;
