import { assert, DAY_MS, MINUTE_MS, PAGE_ENTRIES_MAX, SECOND_MS } from '@syncline/protocol';
import { NODE_KEYS_MAX } from '../lambdas/namespaces/namespace-store.ts';
import { LAG_MS_MAX } from '../lambdas/sweep/limits.ts';

/** Rows of one page of a scan, and objects of one page of a listing. */
export const PAGE_ROWS_MAX = 500;
/** Pages of one scan: half a billion rows. */
export const SCAN_PAGES_MAX = 1_000_000;
/** Keys of one BatchGetItem, and calls until everything in it was answered. Source: Amazon DynamoDB Developer Guide, "Quotas". */
export const BATCH_KEYS_MAX = 100;
export const BATCH_TRIES_MAX = 8;
/** Rows and objects that are checked together. */
export const CHECKS_IN_FLIGHT_MAX = 16;
/** What is found is looked at again after each of these, before it is told: a write that was under way has ended by then. */
export const RECHECK_DELAYS_MS = [SECOND_MS / 4, 2 * SECOND_MS] as const;
/** Nodes of one namespace that are folded together; a journal is read once for each as many. Memory: about 100 bytes each. */
export const FOLDED_NODES_MAX = 500_000;
/** Entries of one page of a journal. */
export const JOURNAL_PAGE_MAX = PAGE_ENTRIES_MAX;
/** Pages of one journal. */
export const JOURNAL_PAGES_MAX = 1_000_000;
/** Folders above a node that are gone through for its path. */
export const PATH_DEPTH_MAX = 1000;
/** Times that the bytes of a namespace are counted while others change it. */
export const COUNTS_MAX = 3;
/** Chunks of which it is remembered that they were found whole. Memory: about 150 bytes each. */
export const SEEN_CHUNKS_MAX = 200_000;
/** An object that no record names may belong to an upload that is under way; after this it does not. */
export const STRAY_AGE_MS = DAY_MS;
/** An entry that was not projected for this long is told. */
export const UNPROJECTED_MS_MAX = LAG_MS_MAX;
/** Repairs of one look; what is left is for the next one. */
export const REPAIRS_MAX = 100_000;
/** Looks of one call: a repair may show what else is to be mended. */
export const REPAIR_ROUNDS_MAX = 4;
/** Names that are tried for an entry whose own one is taken on the disk. */
export const TWIN_ATTEMPTS_MAX = 1000;
/** Files that are written together, and chunks of one that are read together. Memory: 8 MiB each chunk. */
export const FILES_IN_FLIGHT_MAX = 4;
export const CHUNKS_IN_FLIGHT_MAX = 4;
/** For how long it is remembered how far an index is that was being made. */
export const REBUILT_KEPT_MS = 30 * DAY_MS;
/** Share of an engine's storage that is left; below it more is needed. */
export const STORAGE_LEFT_SHARE_MIN = 0.2;
/** Time for one request to the index, to which nobody waits. */
export const REINDEX_MS_MAX = MINUTE_MS;
/** Folders below each other that are written. */
export const FOLDER_DEPTH_MAX = PATH_DEPTH_MAX;

assert(JOURNAL_PAGE_MAX <= NODE_KEYS_MAX, 'the nodes of one page of a journal are read together');
