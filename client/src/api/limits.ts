import { assert, KiB, MINUTE_MS, MiB, SECOND_MS, WAIT_SECONDS_MAX } from '@syncline/protocol';
import type { RetryBudget } from './backoff.ts';

/** Longest answer of the API that is read, in bytes: a page of 1,000 nodes or 500 signed URLs stays far below. */
export const ANSWER_BYTES_MAX = 16 * MiB;
/** Longest wait for an answer of the API. */
export const REQUEST_TIMEOUT_MS = 35 * SECOND_MS;
/** Repeats of one API request: before giving up, about six seconds of pauses in the mean, and what is asked for by `Retry-After`. */
export const API_RETRY: RetryBudget = { attemptsMax: 7, delayMsMin: 200, delayMsMax: 20 * SECOND_MS };
/**
 * Tokens that one request asks for after refusals: the first may be one that another process has left, and whose end a clock that was set back
 * hides; the second is new.
 */
export const RENEWALS_MAX = 2;
/** Longest `Retry-After` that is obeyed; a longer one is answered to the caller. */
export const RETRY_AFTER_MS_MAX = 2 * MINUTE_MS;

assert(REQUEST_TIMEOUT_MS > WAIT_SECONDS_MAX * SECOND_MS, 'a long-poll must be able to end by itself');
/** Longest answer of the sign-in service that is read: three tokens stay far below. */
export const SIGN_IN_ANSWER_BYTES_MAX = 256 * KiB;
/** Longest wait for an answer of the sign-in service. */
export const SIGN_IN_TIMEOUT_MS = 20 * SECOND_MS;
/** An access token is renewed when it lives no longer than this, so that none expires on its way. */
export const TOKEN_MARGIN_MS = 2 * MINUTE_MS;
/** Repeats of one request to the sign-in service. */
export const SIGN_IN_RETRY: RetryBudget = { attemptsMax: 4, delayMsMin: 200, delayMsMax: 5 * SECOND_MS };
/** Times that one request goes to another cell because an answer says so: it has moved, and again meanwhile. */
export const MOVES_MAX = 2;
/** Namespaces of which a client remembers that they are in another cell than the account. */
export const BASES_MAX = 1000;
