import { assert, COMMIT_OPERATIONS_MAX, MiB, UPLOAD_CHUNKS_MAX, UPLOAD_FILES_MAX } from '@syncline/protocol';

/** Defects of a request that are named in its refusal. */
export const DEFECTS_MAX = 20;
/** Longest text of one defect, in characters. */
export const DEFECT_CHARS_MAX = 200;
/**
 * Members and elements in one request's JSON. Bounds what validation may cost before it has begun: a body of
 * REQUEST_BYTES_MAX has room for a million numbers, and each would be a defect of its own.
 */
export const JSON_VALUES_MAX = 60_000;
/** Longest request id of a client that is taken over, in characters. */
export const REQUEST_ID_CHARS_MAX = 64;
/** Largest answer, in bytes. Source: AWS Lambda Developer Guide, "Quotas" (synchronous payload 6 MB). */
export const RESPONSE_BYTES_MAX = 6 * MiB - 64 * 1024;
/** Pause that a caller is asked for when a dependency did not answer. */
export const RETRY_AFTER_SECONDS = 1;
/** Frames of a stack that are logged. */
export const STACK_FRAMES_MAX = 12;
/** Requests that one line names as those that it follows from: as many as a batch of the stream has entries. */
export const TRACES_MAX = 100;
/** Causes of an error that are logged. */
export const CAUSES_MAX = 4;

/** Commas and opening brackets: three for a chunk, at most ten for a file or its list, two dozen for an operation. */
const INITIATION_VALUES = UPLOAD_CHUNKS_MAX * 3 + UPLOAD_FILES_MAX * 10;
assert(JSON_VALUES_MAX >= INITIATION_VALUES, 'the largest initiation must be readable');
assert(JSON_VALUES_MAX >= COMMIT_OPERATIONS_MAX * 24, 'the largest commit must be readable');
/** A message of a queue that failed comes again after the first, and after twice as long each time that it fails again, up to the other. */
export const FAILED_RETRY = { secondsMin: 2, secondsMax: 300 };
/** Random bytes that are drawn from the system at once. */
export const RANDOM_POOL_BYTES = 4096;
