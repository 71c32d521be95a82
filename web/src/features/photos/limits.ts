import { assert, KiB, MiB, SEARCH_HITS_MAX } from '@syncline/protocol';

/** Pictures that one step reads of the index. */
export const PHOTOS_READ = 50;
/** Pictures that are read and made small at one time: each takes the memory of its whole size. */
export const THUMBNAILS_AT_ONCE = 3;
/** Largest file that is read for the small picture of it, in bytes. */
export const THUMBNAIL_SOURCE_BYTES_MAX = 24 * MiB;
/** Of a picture, in which it says when it was taken: what stands before the picture itself has 64 KiB a segment. */
export const PHOTO_HEAD_BYTES = 128 * KiB;
/** Pictures of which this browser remembers when they were taken. */
export const PHOTO_DATES_MAX = 20_000;
/** The longer side of a small picture, in pixels: those of a screen with two for each. */
export const THUMBNAIL_PIXELS = 400;
/** Small pictures that are kept while the page is open, about 0.6 MiB each at most. */
export const THUMBNAILS_KEPT_MAX = 200;

assert(PHOTOS_READ <= SEARCH_HITS_MAX, 'a step is one answer of the search');
