import { KiB, MINUTE_MS, MiB } from '@syncline/protocol';

/** Of a text that is shown, in bytes; the rest is left out. */
export const TEXT_BYTES_MAX = MiB;
/** Rows and columns of a table that are shown. */
export const TABLE_ROWS_MAX = 500;
export const TABLE_COLUMNS_MAX = 50;
/** End of a ZIP archive in which its directory is looked for … */
export const ARCHIVE_END_BYTES = 64 * KiB + 22;
/** … longest directory that is read … */
export const ARCHIVE_DIRECTORY_BYTES_MAX = 4 * MiB;
/** … and entries of it that are shown. */
export const ARCHIVE_ENTRIES_MAX = 2000;
/** Pages of a PDF that are shown; the rest is left out. */
export const PDF_PAGES_MAX = 500;
/** Bytes of a PDF that are asked for at once: what opens it is at its end, what a page needs anywhere. */
export const PDF_PART_BYTES = 256 * KiB;
/** Longest time until a PDF is open. One that is made to take for ever ends there. */
export const PDF_OPEN_MS_MAX = MINUTE_MS;
/** Of a page as it is drawn, and of a picture in it; four bytes each. */
export const PDF_PAGE_PIXELS_MAX = 16_000_000;
export const PDF_PICTURE_PIXELS_MAX = 64_000_000;
/** How much higher than wide, or wider than high, a page is drawn at most. */
export const PDF_PAGE_RATIO_MAX = 20;
