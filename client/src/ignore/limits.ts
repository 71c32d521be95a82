import { DEPTH_MAX } from '@syncline/protocol';

/** Name of the files that hold patterns. */
export const IGNORE_FILE = '.synclineignore';
/** Bytes of such a file that are read; what follows is not taken. */
export const IGNORE_FILE_BYTES_MAX = 128 * 1024;
/** Patterns that are taken of one file. */
export const PATTERNS_MAX = 1_000;
/** Length of a pattern; a longer one is not taken. */
export const PATTERN_LENGTH_MAX = 1_024;
/**
 * Runs of `**` between slashes in one pattern, beside the one that a deeper folder needs. Matching goes back at each, so the time
 * grows with this power of the depth of a path.
 */
export const GLOBSTARS_MAX = 2;
/** Folders above what is asked about. What lies deeper cannot be stored, and is not compared. */
export const IGNORE_DEPTH_MAX = DEPTH_MAX;
/** Files with patterns in one tree; the patterns of further ones are not taken. */
export const IGNORE_FILES_MAX = 2_000;
/** Answers of the library that are kept before it starts anew. */
export const CACHED_ANSWERS_MAX = 1_000;
