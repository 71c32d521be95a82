import { SECOND_MS } from '@syncline/protocol';

/** Time for one request, and for a socket to open. */
export const REQUEST_MS_MAX = 10 * SECOND_MS;
/** A push that has not come by then has not come. What is promised is less (objectives.ts). */
export const PUSH_MS_MAX = 20 * SECOND_MS;
/** Messages of one socket that are kept: this account has nothing else to be told of. */
export const MESSAGES_MAX = 100;
