import { assert, DAY_MS, HOUR_MS, SECOND_MS, WEBHOOK_FAILING_MS } from '@syncline/protocol';
import { ANCESTORS_MAX } from '../journal/limits.ts';
import { NODE_KEYS_MAX } from '../namespaces/namespace-store.ts';

/** How long what a change has queued waits for further ones: a burst of changes is one message. */
export const GATHER_SECONDS = 5;
/** By so much less than a message waits is no further one queued: clocks of functions are not the same. */
export const CLOCKS_APART_MS = 2 * SECOND_MS;
/** How long after its making a webhook is looked at first. Longer than the function that makes it may run, so that its row is there or never will be. */
export const FIRST_LOOK_SECONDS = 30;
/** Webhooks of one namespace for which messages are queued at once. */
export const QUEUED_AT_ONCE = 8;
/** Messages that one call of the sender handles at once: each waits for somebody else's server. */
export const DELIVERIES_IN_FLIGHT_MAX = 10;
/** A receiver that has not answered by then has not taken the message. */
export const ANSWER_MS_MAX = 10 * SECOND_MS;
/** First pause after a try that failed. A pause is as long as all tries have failed so far, so it doubles. */
export const RETRY_MS_MIN = 10 * SECOND_MS;
export const RETRY_MS_MAX = 4 * HOUR_MS;
/** Part of a pause by which it is longer by chance, so that what failed together does not come back together. */
export const RETRY_JITTER = 0.2;
/** Pauses after a failure of ours, the dependencies of the sender being away. */
export const OWN_RETRY = { secondsMin: 10, secondsMax: 900 };
/** Entries of the journal that one delivery for a folder looks at. Where more have come since the last one, it tells without a look. */
export const LOOK_ENTRIES_MAX = 5000;
/** Rows of folders that it reads to see where they lie. Where there are more, it tells. */
export const LOOK_FOLDERS_MAX = 1000;
/** Of these, rows that are asked for at once. */
export const FOLDERS_IN_FLIGHT_MAX = 16;
/** Ports of receivers beside that of HTTPS. Lower ones belong to services that are no receivers. */
export const PORT_MIN = 1024;
/** Longest that a queue hides a message. Source: Amazon SQS Developer Guide, "Visibility timeout". */
const HIDDEN_MS_MAX = 12 * HOUR_MS;
/** Longest that a queue keeps a message. Source: Amazon SQS Developer Guide, "Message quotas". */
const KEPT_MS_MAX = 14 * DAY_MS;

assert(LOOK_FOLDERS_MAX <= NODE_KEYS_MAX, 'all folders of a level can be read at once');
assert(LOOK_FOLDERS_MAX > ANCESTORS_MAX, 'the way of the followed folder can be read');
assert(CLOCKS_APART_MS < GATHER_SECONDS * SECOND_MS, 'a message gathers for a while');
assert(CLOCKS_APART_MS < RETRY_MS_MIN, 'a pause is longer than clocks are apart');
assert(RETRY_MS_MAX * (1 + RETRY_JITTER) < HIDDEN_MS_MAX, 'a queue can hide a message for the longest pause');
assert(WEBHOOK_FAILING_MS + RETRY_MS_MAX < KEPT_MS_MAX, 'a message lives until its webhook ends');
