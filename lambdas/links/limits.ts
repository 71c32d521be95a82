import {
  assert,
  CHUNK_BYTES_MAX,
  CHUNK_PIN_MS,
  LINK_FILE_BYTES_MAX,
  LINKS_MAX,
  MINUTE_MS,
  MiB,
} from '@syncline/protocol';
import { NODE_KEYS_MAX } from '../namespaces/namespace-store.ts';
import { RESPONSE_BYTES_MAX } from '../runtime/limits.ts';

/** Random bytes of a token. Source: OWASP Session Management Cheat Sheet, which asks for 8 at least. */
export const LINK_TOKEN_BYTES = 32;
/** Wrong passwords that one address may try at one link in ATTEMPTS_MS. */
export const PASSWORD_ATTEMPTS_MAX = 5;
/** Wrong passwords that all addresses together may try at one link in ATTEMPTS_MS: many addresses are cheap. */
export const PASSWORD_ATTEMPTS_ALL_MAX = 100;
/** Tokens that do not exist which one address may try in ATTEMPTS_MS. */
export const TOKEN_ATTEMPTS_MAX = 100;
/** How long attempts count, from the first of them on. */
export const ATTEMPTS_MS = 15 * MINUTE_MS;
/** Tries to take an attempt while others begin and end the same count. */
export const ATTEMPT_TRIES_MAX = 4;
/** Requests that open uploads by one link in ATTEMPTS_MS: what is never made a file lies in the store until it is swept. */
export const UPLOAD_REQUESTS_MAX = 100;
/** Bytes that one link can have announced and not stored, in PENDING_MS: they may lie in the store until they are swept. */
export const PENDING_BYTES_MAX = 10 * LINK_FILE_BYTES_MAX;
/** How long what was announced and not stored counts, from the first of it on: as long as it is safe from the sweep. */
export const PENDING_MS = CHUNK_PIN_MS;
/** Uploads that are counted as stored at once. */
export const STORED_COUNTED_AT_ONCE = 16;
/** Names that are tried for a file that came in by a link; after them comes one that nobody else has. */
export const NUMBERED_NAMES_MAX = 64;
/** Times that names are chosen again because somebody else has taken them. */
export const NAME_TRIES_MAX = 8;
/** Namespaces whose links are described at once. */
export const LINK_NAMESPACES_AT_ONCE = 16;
/** Bytes of a content that come with an answer of the HTTP API, where there is no stream: in base64 they are a third more. */
export const DOWNLOAD_HERE_BYTES_MAX = 4 * MiB;
/** Bytes of one streamed answer. Source: AWS Lambda Developer Guide, "Response streaming" (200 MB). */
export const STREAM_BYTES_MAX = 200_000_000;
/** Chunks whose places are looked up together while a content is read. */
export const CHUNKS_LOCATED_AT_ONCE = 100;
/** Chunks that are read while one is given on. */
export const CHUNKS_READ_AHEAD = 2;
/** Memory that they may take. */
const READ_AHEAD_BYTES_MAX = 64 * MiB;

assert((CHUNKS_READ_AHEAD + 1) * CHUNK_BYTES_MAX <= READ_AHEAD_BYTES_MAX, 'what is read ahead must fit into memory');
assert(DOWNLOAD_HERE_BYTES_MAX * (4 / 3) < RESPONSE_BYTES_MAX, 'a content in base64 must fit into an answer');
assert(LINKS_MAX <= NODE_KEYS_MAX, 'what all links of an account lead to is read in one step');
