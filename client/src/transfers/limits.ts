import {
  assert,
  CHUNK_BYTES_MAX,
  FIXED_CHUNK_BYTES,
  MINUTE_MS,
  MiB,
  SECOND_MS,
  SIGNED_URL_MS,
} from '@syncline/protocol';
import type { RetryBudget } from '../api/backoff.ts';

/** Chunk requests under way at once, over all transfers that share a gate. */
export const TRANSFER_TASKS_MAX = 24;
/** Chunk bytes in memory at once, over all transfers that share a gate. */
export const TRANSFER_BYTES_MAX = 64 * MiB;
/** Files that are read and hashed at once by one call. */
export const READING_FILES_MAX = 8;
/** Groups of files (one initiation each) under way at once by one call. */
export const GROUPS_MAX = 2;
/** Bytes of small files that one group keeps between hashing and sending, so that they are read once. */
export const GROUP_KEPT_BYTES_MAX = 32 * MiB;
/** Largest file whose bytes are kept: one chunk. */
export const KEPT_FILE_BYTES_MAX = FIXED_CHUNK_BYTES;
/** Most chunks of one file that are left for the commit to confirm; files with more confirm by chunk checks while they go. */
export const FILE_UNCONFIRMED_CHUNKS_MAX = 8;
/** Chunks of a large file between two reports of progress: 64 MiB. */
export const REPORT_CHUNKS = 16;
/** Rounds of asking and sending for one file that bring nothing new, before it counts as unavailable. */
export const IDLE_ROUNDS_MAX = 4;
/** Repeats of one chunk request. */
export const CHUNK_RETRY: RetryBudget = { attemptsMax: 7, delayMsMin: 100, delayMsMax: 20 * SECOND_MS };
/** Longest time for one chunk: slow lines that carry a full gate still finish. */
export const CHUNK_TIMEOUT_MS = 5 * MINUTE_MS;
/** A signed URL that is older is asked for again rather than tried. */
export const SIGNED_URL_USE_MS = SIGNED_URL_MS - 2 * MINUTE_MS;

assert(TRANSFER_BYTES_MAX >= 2 * CHUNK_BYTES_MAX, 'the gate must hold more than one chunk');
assert(GROUP_KEPT_BYTES_MAX >= KEPT_FILE_BYTES_MAX, 'a group must be able to keep a file');
