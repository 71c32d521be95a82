import { assert } from '@syncline/protocol';
import { CHUNK_KEYS_MAX } from '../chunks/chunk-index.ts';

/** Files whose revisions are read at one time. */
export const MEASURED_FILES_IN_FLIGHT_MAX = 8;
/** Chunks after which an answer ends with the file that it is at. */
export const MEASURED_CHUNKS_MAX = 4000;

assert(MEASURED_CHUNKS_MAX < CHUNK_KEYS_MAX, 'the chunks of an answer are looked up together');
