import { assert, CHUNK_BYTES_MAX, FILE_CHUNKS_MAX, MINUTE_MS, MiB, SECOND_MS } from '@syncline/protocol';

/** Chunks of one stream that are fetched before they are asked for: so a stream holds three chunks at most. */
export const CHUNKS_AHEAD = 2;
/** Chunks in the cache of this browser, in bytes. */
export const CACHED_BYTES_MAX = 256 * MiB;
/** Chunks in the cache of this browser. */
export const CACHED_CHUNKS_MAX = 4096;
/** Chunks that the page of a link holds in memory, in bytes. */
export const RECENT_BYTES_MAX = 32 * MiB;
/** Times that the addresses of a page of chunks are asked for again, in a row, because the store refuses them. */
export const RENEWALS_MAX = 4;
/** A signed address that ends sooner is asked for again. */
export const ADDRESS_MARGIN_MS = 30 * SECOND_MS;
/** Contents whose manifests are kept in memory. */
export const OPEN_CONTENTS_MAX = 32;
/** Longest wait for what only a page can read. */
export const PAGE_ANSWER_MS = 40 * SECOND_MS;
/** Files of one archive, and archives that wait for being fetched. */
export const ARCHIVE_FILES_MAX = 50_000;
export const ARCHIVES_MAX = 8;
/** Files of an archive that are opened before their turn: most are small, and wait mostly. */
export const ARCHIVE_FILES_AHEAD = 6;
/** While something is saved, the page lets the service worker hear of it this often: browsers end one that hears nothing. */
export const KEEP_AWAKE_MS = 10 * SECOND_MS;
/** Longest time that the page does so for one download. */
export const KEEP_AWAKE_MS_MAX = 24 * 60 * MINUTE_MS;

assert(CACHED_BYTES_MAX >= 16 * CHUNK_BYTES_MAX, 'the cache holds more than what is on its way');
assert(RECENT_BYTES_MAX >= (CHUNKS_AHEAD + 1) * CHUNK_BYTES_MAX, 'what a stream holds finds room');
assert(CACHED_CHUNKS_MAX <= FILE_CHUNKS_MAX, 'the cache is looked through when the worker starts');
