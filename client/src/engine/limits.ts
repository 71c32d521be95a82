import { assert, COMMIT_OPERATIONS_MAX } from '@syncline/protocol';

/** Rounds of observing, planning and executing before a sync ends without having come to rest. */
export const ROUNDS_MAX = 64;
/** Rounds in a row that bring nothing forward before a sync ends. */
export const IDLE_ROUNDS_MAX = 2;
/** Tries of a file that keeps changing while it is read, before it counts as busy. */
export const FILE_TRIES_MAX = 4;
/** Files that are sent together, and whose commits share a request. */
export const UPLOAD_SLICE_FILES = COMMIT_OPERATIONS_MAX;
/** Bytes that are sent before they are committed, unless a single file is larger. */
export const UPLOAD_SLICE_BYTES = 256 * 1024 * 1024;
/** Files that are fetched before the agreement on them is written down. */
export const DOWNLOAD_SLICE_FILES = 200;
/** Files that are fetched at once. */
export const DOWNLOADS_MAX = 32;
/** Files that are read at once to learn their content. */
export const READS_MAX = 4;
/** A round may delete or rewrite this many nodes on a side without asking … */
export const MASS_CHANGE_NODES = 50;
/** … or this share of all synced nodes, when that is more. */
export const MASS_CHANGE_SHARE = 0.25;
/** Pages of one listing or delta: a billion nodes. */
export const PAGES_MAX = 1_000_000;
/** Folders that one look at the disk lists; more are a circle. */
export const LISTINGS_MAX = 100_000_000;
/** Folders that are listed before other work gets its turn. */
export const LISTINGS_BETWEEN_PAUSES = 256;
/** How long what is gone from a watched disk is waited for, before it counts as deleted: it may have been moved. */
export const DELETE_CONFIRM_MS = 200;
/** Folders above a node that a plan counts; deeper ones come in any order. */
export const PLAN_DEPTH_MAX = 10_000;
/** Names that are tried for a conflicted copy. */
export const CONFLICT_NAMES_MAX = 10_000;
/**
 * A file that was written less than this ago may be written again without its times showing it, because file systems keep
 * time in ticks (4 ms on Linux). It is read only when it is older.
 */
export const TIME_TICK_MS = 50;

assert(UPLOAD_SLICE_FILES <= COMMIT_OPERATIONS_MAX, 'the files of a slice fit into one commit');
