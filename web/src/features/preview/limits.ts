import { KiB, MiB } from '@syncline/protocol';

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
