import { assert, CHUNK_BYTES_MAX, MiB, OUTLINE_BYTES_MAX, PATCH_BYTES_MAX } from '@syncline/protocol';

/** Chunks of a content that one request has read for spans of it: a function makes so many requests of the store in a few seconds. */
export const SPAN_CHUNKS_MAX = 1024;
/** Bytes that they have together. A span of a few bytes has a whole chunk read. */
export const SPAN_CHUNK_BYTES_MAX = 128 * MiB;
/** Pieces into which the borders of chunks cut the spans of one request. */
export const SPAN_PIECES_MAX = 200_000;
/** Chunks of them that are read at once. */
export const SPAN_CHUNKS_IN_FLIGHT_MAX = 8;
/** Memory that these may take, beside what the spans have. */
const SPAN_READ_BYTES_MAX = 64 * MiB;

assert(SPAN_CHUNKS_IN_FLIGHT_MAX * CHUNK_BYTES_MAX <= SPAN_READ_BYTES_MAX, 'what is read at once must fit into memory');
assert(
  Math.max(OUTLINE_BYTES_MAX, PATCH_BYTES_MAX) < SPAN_CHUNK_BYTES_MAX,
  'as many bytes as a request may ask for can be read',
);
