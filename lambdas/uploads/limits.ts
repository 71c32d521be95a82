import { assert, CHECK_HASHES_MAX, CHECK_PROOFS_MAX, CHECK_STORED_MAX, CHUNK_BYTES_MAX, MiB } from '@syncline/protocol';

/**
 * Chunks that one response names with a signed PUT or a challenge, over all its uploads. A signed PUT takes about 2.3 KB
 * with a role's session token in it, and Lambda answers at most 6 MB.
 */
export const ANSWER_CHUNKS_MAX = 2000;
/** Namespaces of one initiation whose access is read at once. */
export const ACCESS_READS_IN_FLIGHT_MAX = 16;
/** Long manifests that are written at once. */
export const MANIFEST_WRITES_IN_FLIGHT_MAX = 16;
/** Objects that are asked about at once. */
export const HEADS_IN_FLIGHT_MAX = 32;
/** Chunks that are read at once to check proofs. */
export const PROOFS_IN_FLIGHT_MAX = 16;
/** Patched chunks that are written at once. All that one request makes are in memory already. */
export const PATCH_WRITES_IN_FLIGHT_MAX = 16;
/** Memory that proofs may take: a quarter of what the function has would still be more. */
const PROOF_BYTES_MAX = 128 * MiB;
/** Tries to write the confirmed chunks of a session that other requests write too. */
export const CONFIRM_TRIES_MAX = 8;
/** Longest pause before the second of these tries, in milliseconds; it doubles with every further one. */
export const CONFIRM_PAUSE_MS = 10;

assert(PROOFS_IN_FLIGHT_MAX * CHUNK_BYTES_MAX <= PROOF_BYTES_MAX, 'the proofs under way must fit into memory');
assert(CHECK_HASHES_MAX + CHECK_STORED_MAX + CHECK_PROOFS_MAX <= ANSWER_CHUNKS_MAX, 'a full check must be answerable');
