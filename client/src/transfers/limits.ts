import {
  assert,
  CHECK_STORED_MAX,
  CHUNK_BYTES_MAX,
  CHUNK_LENGTHS,
  CONTENT_FILES_MAX,
  CONTENT_PAGE_CHUNKS_MAX,
  FILE_CHUNKS_MAX,
  KiB,
  MINUTE_MS,
  MiB,
  PACK_BYTES_MAX,
  PACK_MEMBER_BYTES_MAX,
  REQUEST_BYTES_MAX,
  RUN_BYTES_MAX,
  SECOND_MS,
  SIGNED_URL_MS,
  SMALL_CHUNKS_FILE_BYTES_MAX,
  UPLOAD_ANSWER_CHUNKS_MAX,
  UPLOAD_CHUNKS_MAX,
  UPLOAD_FILES_MAX,
} from '@syncline/protocol';
import type { RetryBudget } from '../api/backoff.ts';

/** Chunk requests under way at once, over all transfers that share a gate. */
export const TRANSFER_TASKS_MAX = 24;
/** Chunk bytes in memory at once, over all transfers that share a gate. */
export const TRANSFER_BYTES_MAX = 64 * MiB;
/** Memory of chunks that is kept for the next ones while transfers run. */
export const IDLE_CHUNK_BYTES_MAX = 32 * MiB;
/** Small tasks that pass a large one before it is its turn. */
export const GATE_SMALL_TURNS = 4;
/** Share of a gate's tasks and bytes that large transfers may have: the rest is free for small ones at any time. */
export const GATE_LARGE_SHARE = 3 / 4;
/** Requests to the store that may be under way: at the beginning, and bounds of what the network makes of it. */
export const WINDOW_TASKS_START = 12;
export const WINDOW_TASKS_MIN = 4;
export const WINDOW_TASKS_MAX = 48;
/** Factor by which twice as many requests have to carry more, for them to be worth it. */
export const WINDOW_GAIN_MIN = 1.1;
/** Rounds of a window's worth of requests between two attempts to grow. */
export const WINDOW_HOLD_ROUNDS = 8;
/** What a request counts beside its bytes, so that small ones count as well. */
export const WINDOW_REQUEST_BYTES = 64 * KiB;
/** A window counts as full from this share of it on: some of the gate's tasks read files meanwhile. */
export const WINDOW_FULL_SHARE = 0.75;
/** Files that are read and hashed at once by one call. */
export const READING_FILES_MAX = 8;
/** Groups of large files (one initiation each) under way at once by one call. */
export const GROUPS_MAX = 2;
/** Bytes that are read at once of a file that is cut … */
export const CUT_PIECE_BYTES = 2 * MiB;
/** … and pieces of it that are in memory: while one is cut and hashed, the next is read. */
export const CUT_PIECES_AHEAD = 2;
/** Smallest file that is worth handing to another thread. */
export const THREAD_FILE_BYTES_MIN = 16 * MiB;
/** Cutters that are kept for the next files, each with the memory of a block. */
export const IDLE_CUTTERS_MAX = READING_FILES_MAX;
/** Groups of small files that one call opens at once, or reads where reading has to be waited for. */
export const SMALL_GROUPS_MAX = 4;
/** Groups of small files of one call that are read, or wait for it, and not all stored yet: what waits for packs waits here. */
export const SMALL_GROUPS_OPEN_MAX = 100;
/** Bytes of small files that one call keeps between hashing and sending, so that they are read once. */
export const SMALL_OPEN_BYTES_MAX = 64 * MiB;
/** Memory that is taken at once for small files of one group. */
export const FILE_MEMORY_BYTES = MiB;
/** Bytes of one group of small files. */
export const SMALL_GROUP_BYTES_MAX = 16 * MiB;
/** Bytes of the files of one group; a larger file is a group of its own. */
export const GROUP_BYTES_MAX = 256 * MiB;
/** Bytes of files of one chunk that one group of large files keeps between hashing and sending, so that they are read once. */
export const GROUP_KEPT_BYTES_MAX = 32 * MiB;
/** Largest file whose bytes are kept. Such files are read in one go. */
export const KEPT_FILE_BYTES_MAX = 4 * MiB;
/** Most chunks of one file that are left for the commit to confirm; files with more confirm by chunk checks while they go. */
export const FILE_UNCONFIRMED_CHUNKS_MAX = 8;
/** Most chunks of a file between two reports of progress: about 64 MiB of a file up to 1 GiB, and 256 MiB of a larger one. */
export const REPORT_CHUNKS = 64;
/** Share of a file between two reports: a device with a line as fast as the author's stays this far behind until the end. */
export const REPORT_FILE_SHARE = 1 / 16;
/**
 * Towards the end a report comes when this share of what is still to be sent was sent since the last one: what is not reported then is
 * what other devices wait for after the commit.
 */
export const REPORT_SHARE = 1 / 4;
/**
 * Small files of a call, and of each pack that they would fill, from which on they travel in packs. Fewer go out at once by PUTs of
 * their own, which takes two round trips less.
 */
export const PACK_FILES_MIN = TRANSFER_TASKS_MAX;
/** A pack of fewer chunks is not made: a PUT costs less. */
export const PACK_CHUNKS_MIN = 2;
/** Packs of one call that are sent or confirmed at once. */
export const PACKS_IN_FLIGHT_MAX = 4;
/** A chunk that has waited for its pack to be filled for this long goes with those that are there. */
export const PACK_WAIT_MS_MAX = 3 * SECOND_MS;
/** What a pack may take at the rate of a bandwidth limit, so that files become stored all the while. */
export const PACED_PACK_MS = 10 * SECOND_MS;
/** Tries to open and to PUT one pack, before its chunks go out one by one. */
export const PACK_ROUNDS_MAX = 5;
/** Chunks are compressed only while the link is slower than this, in bytes a second: beyond it they travel faster than they are compressed. */
export const COMPRESSED_LINK_BYTES_PER_SECOND_MAX = 60_000_000;
/** Bytes that are sent between two judgements of how fast the link is. */
export const LINK_ROUND_BYTES = MiB;
/** A shorter chunk is sent as it is: what it could save is lost again in the description of its frame. */
export const COMPRESSED_BYTES_MIN = 512;
/** What stays of a chunk, compressed, at most: what saves less is not worth what it costs to open it. */
export const COMPRESSED_SHARE_MAX = 0.95;
/** Parts of a chunk that say whether it is worth to be compressed, and bytes of each. A chunk of up to twice as many is tried itself. */
export const SAMPLES = 3;
export const SAMPLE_BYTES = 4 * KiB;
/** Chunks of one pack that say whether the others are worth to be tried. */
export const TRIED_CHUNKS = 32;
/** Shortest chunk that is patched rather than sent: a shorter one travels in less time than asking takes. */
export const PATCHED_CHUNK_BYTES_MIN = 128 * KiB;
/** Missing chunks of a file up to which it counts as edited; where more are missing, little is left of what it was. */
export const PATCHED_CHUNKS_MAX = 256;
/** Chunks of which a first request asks: where less than half of any request are much like the base, the file was made anew. */
export const PATCHED_CHUNKS_FIRST = 8;
/** Most of a chunk that may be new: what saves less is not worth a function's work. */
export const PATCHED_LITERAL_SHARE_MAX = 1 / 2;
/** By how much a file may have become longer or shorter for what stands behind an edit to be looked for there too, in bytes. */
export const PATCHED_SHIFT_BYTES_MAX = MiB;
/** Bytes that one request of patches brings, and parts that it names, so that it fits into a request. */
export const PATCH_LITERAL_BYTES_MAX = MiB;
export const PATCH_PARTS_AT_ONCE_MAX = 8192;
/** Chunks are patched only while the link is slower than this, in bytes a second: beyond it they are sent in the time that asking takes. */
export const PATCHED_LINK_BYTES_PER_SECOND_MAX = 60_000_000;
/** Chunk checks under way at once by one call. */
export const CHECKS_MAX = 16;
/** Rounds of asking and sending for one file that bring nothing new, before it counts as unavailable. */
export const IDLE_ROUNDS_MAX = 4;
/** Repeats of one chunk request. */
export const CHUNK_RETRY: RetryBudget = { attemptsMax: 7, delayMsMin: 100, delayMsMax: 20 * SECOND_MS };
/** Chunks that fail for good in a row, while the store answers for none, before it counts as down; and how long it is left alone then. */
export const STORE_STRIKES_MAX = 3;
export const STORE_REST_MS = 5 * SECOND_MS;
/** Longest time for one chunk: slow lines that carry a full gate still finish. */
export const CHUNK_TIMEOUT_MS = 5 * MINUTE_MS;
/** Time that the first try has for a chunk of any size, and how fast its bytes must come besides (chunk-timeout.ts). */
export const CHUNK_TIMEOUT_MS_LEAST = MINUTE_MS;
export const CHUNK_BYTES_PER_SECOND_LEAST = 8 * KiB;
/** Chunks of a file whose content is asked for together with others. */
export const LOOKAHEAD_CHUNKS_MAX = 5;
/** How often chunks are read together, where not all were taken before others needed the room. */
export const RUN_READS_MAX = 3;
/** Bytes of chunks that were read together with their neighbours and that no file has taken yet. */
export const RUNS_KEPT_BYTES_MAX = 8 * MiB;
/** Longest answer of the store that is read where no chunk is expected: an XML error. */
export const STORE_ANSWER_BYTES_MAX = 64 * KiB;
/** A signed URL that is older is asked for again rather than tried. */
export const SIGNED_URL_USE_MS = SIGNED_URL_MS - 2 * MINUTE_MS;
/** Lowest limit of bandwidth: the longest chunk of a file up to 1 GiB then takes seven minutes, half of the life of its URL. */
export const BANDWIDTH_BYTES_PER_SECOND_MIN = 10 * KiB;
/** What a bandwidth limit lets through at once after a pause, as time at its rate. */
export const BANDWIDTH_BURST_MS = SECOND_MS;
/** Chunks of one file that wait for bandwidth at once, so that a large file does not keep the others waiting. */
export const PACED_CHUNKS = 4;

/** Upper bound of what a part of a patch takes in the JSON of a request beside its bytes. */
const PATCH_PART_JSON_BYTES = 64;
const { bytesMin: SMALL_CHUNK_BYTES_MIN, bytesMax: SMALL_CHUNK_BYTES_MAX } = CHUNK_LENGTHS['cdc-1m-v1'];
assert(
  (SMALL_CHUNK_BYTES_MAX / BANDWIDTH_BYTES_PER_SECOND_MIN) * SECOND_MS < SIGNED_URL_USE_MS,
  'a chunk must go out at the lowest rate before its URL has become old',
);
assert(GROUP_BYTES_MAX <= SMALL_CHUNKS_FILE_BYTES_MAX, 'a file of a group must have small chunks');
assert(
  TRANSFER_BYTES_MAX >= READING_FILES_MAX * CUT_PIECES_AHEAD * CUT_PIECE_BYTES,
  'the gate must not hold up reading',
);
assert(TRANSFER_BYTES_MAX >= 2 * CHUNK_BYTES_MAX, 'the gate must hold more than one chunk');
assert(
  WINDOW_TASKS_MIN <= WINDOW_TASKS_START && WINDOW_TASKS_START <= WINDOW_TASKS_MAX,
  'a window starts within its bounds',
);
assert(WINDOW_TASKS_MIN * GATE_LARGE_SHARE >= 1, 'large transfers have their share of the smallest window');
assert(TRANSFER_BYTES_MAX * (1 - GATE_LARGE_SHARE) >= CHUNK_BYTES_MAX, 'a small transfer has room beside large ones');
assert(UPLOAD_ANSWER_CHUNKS_MAX <= CHECK_STORED_MAX, 'all that a first answer names can be asked for at once');
assert(GROUP_KEPT_BYTES_MAX >= KEPT_FILE_BYTES_MAX, 'a group must be able to keep a file');
assert(
  GROUP_BYTES_MAX / SMALL_CHUNK_BYTES_MIN + UPLOAD_FILES_MAX <= UPLOAD_CHUNKS_MAX,
  'an upload initiation must be able to name every chunk of a group',
);
assert(PACKS_IN_FLIGHT_MAX * PACK_BYTES_MAX < TRANSFER_BYTES_MAX, 'packs must leave room in the gate for other chunks');
assert(
  (PATCH_LITERAL_BYTES_MAX * 4) / 3 + PATCH_PARTS_AT_ONCE_MAX * PATCH_PART_JSON_BYTES <= REQUEST_BYTES_MAX,
  'a request of patches must fit into a request',
);
assert(RUNS_KEPT_BYTES_MAX >= 2 * RUN_BYTES_MAX, 'while one run is given out, another one is read');
assert(CONTENT_FILES_MAX >= CONTENT_PAGE_CHUNKS_MAX, 'as many files are asked for as can be told of');
assert(SMALL_GROUP_BYTES_MAX >= PACK_MEMBER_BYTES_MAX, 'a group must hold the largest small file');
assert(SMALL_OPEN_BYTES_MAX >= SMALL_GROUP_BYTES_MAX + PACK_BYTES_MAX, 'a pack must be filled while a group is read');
assert(COMPRESSED_BYTES_MIN * (1 - COMPRESSED_SHARE_MAX) >= 1, 'a frame is shorter than its chunk');
assert(SAMPLES > 1 && SAMPLES * SAMPLE_BYTES < PACK_MEMBER_BYTES_MAX, 'samples are spread over a chunk');
/** Upper bounds of what one chunk and one file take in the JSON of a request, in bytes. */
const CHUNK_JSON_BYTES = 96;
const FILE_JSON_BYTES = 320;
assert(
  FILE_CHUNKS_MAX * CHUNK_JSON_BYTES + UPLOAD_FILES_MAX * FILE_JSON_BYTES <= REQUEST_BYTES_MAX,
  'the initiation of the largest file, and of the largest group, must fit into a request',
);
