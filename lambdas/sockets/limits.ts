import { assert, MEMBERS_MAX } from '@syncline/protocol';

/** Longest delay of a message. Source: Amazon SQS Developer Guide, "Message quotas". */
const SQS_DELAY_SECONDS_MAX = 900;
/** Messages or closings under way at once. */
export const SOCKET_POSTS_IN_FLIGHT_MAX = 16;
/** Members of a namespace who are told of an upload's progress; the others see it when they look. */
export const PROGRESS_MEMBERS_MAX = 20;
/** Connections that are told of it, of all these members together. */
export const PROGRESS_CONNECTIONS_MAX = 40;
/** Namespaces of one stream batch that are notified at once. */
export const NOTIFY_NAMESPACES_IN_FLIGHT_MAX = 8;
/** Members of one namespace whose connections are looked up at once. */
export const NOTIFY_MEMBERS_IN_FLIGHT_MAX = 8;
/** Members of a namespace who are told from the stream itself. Of more, pages go through a queue. */
export const NOTIFY_MEMBERS_DIRECT_MAX = 25;
/** Members whom one message of that queue stands for: what a call that handles ten of them tells well within its time. */
export const MEMBER_PAGE_MAX = 100;
/**
 * Members of one namespace who are told in a second, where pages of them are. Their devices ask for a delta and contents right away, and all that
 * with everybody else's requests stays below what the API lets through. Source: docs/scale.md, "One change for ten thousand members".
 */
export const MEMBERS_TOLD_PER_SECOND_MAX = 500;
/** Messages that are put into it at once. */
export const QUEUE_SENDS_IN_FLIGHT_MAX = 10;
/** Messages of that queue that one call handles at once. */
export const FAN_OUT_PAGES_IN_FLIGHT_MAX = 2;
/** Bytes of randomness in a ticket. */
export const TICKET_BYTES = 32;
/** Longest ticket that is looked up, in characters. */
export const TICKET_CHARS_MAX = 64;

assert(MEMBERS_TOLD_PER_SECOND_MAX % MEMBER_PAGE_MAX === 0, 'whole pages are told in a second');
assert(
  MEMBERS_MAX / MEMBERS_TOLD_PER_SECOND_MAX <= SQS_DELAY_SECONDS_MAX,
  'a queue can hold the last page for so long',
);
assert(NOTIFY_MEMBERS_DIRECT_MAX < MEMBERS_MAX, 'the largest memberships go through the queue');
