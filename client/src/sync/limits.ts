import {
  assert,
  GiB,
  HOUR_MS,
  KiB,
  MINUTE_MS,
  MiB,
  SECOND_MS,
  SOCKET_CONNECTION_MS,
  SOCKET_TICKET_MS,
  WAIT_SECONDS_MAX,
} from '@syncline/protocol';
import type { GrowingDelay } from './growing-delay.ts';

/** How often the trash of a synced folder is looked through for what has been in it long enough. */
export const EXPIRE_TRASH_MS = 24 * 60 * 60 * 1000;
/** A socket without a message for so long is closed by API Gateway. */
const SOCKET_IDLE_MS_MAX = 10 * MINUTE_MS;
/** Time for the opening handshake of a socket. */
export const SOCKET_OPEN_MS_MAX = 20 * SECOND_MS;
/** Pause between two pings. */
export const SOCKET_PING_MS = 5 * MINUTE_MS;
/** A socket on which nothing is heard for so long after a ping is dead. */
export const SOCKET_PONG_MS_MAX = 30 * SECOND_MS;
/** A socket that has stood for so long was a success: the pauses between attempts start from the least again. */
export const SOCKET_SETTLED_MS = MINUTE_MS;
/** A socket of this age is replaced by another one, before the service ends it … */
export const SOCKET_RENEW_MS = SOCKET_CONNECTION_MS - 10 * MINUTE_MS;
/** … or earlier by up to this, so that sockets that opened together are not replaced together. */
export const SOCKET_RENEW_SPREAD_MS = 20 * MINUTE_MS;
/** Pauses between attempts to open a socket. */
export const SOCKET_RETRY: GrowingDelay = { delayMsMin: SECOND_MS, delayMsMax: 5 * MINUTE_MS, shareMin: 0.1 };
/** Failures in a row before changes are looked for in another way. */
export const SOCKET_FAILURES_MAX = 3;
/** Largest message that is read, in bytes: what API Gateway carries. */
export const SOCKET_FRAME_BYTES_MAX = 128 * KiB;

/** Pause between two looks at the clock. */
export const WAKE_CHECK_MS = 10 * SECOND_MS;
/** A clock that is ahead of its timers by more than this shows that the machine has slept. */
export const WAKE_JUMP_MS = 15 * SECOND_MS;

/**
 * With a healthy socket the journal is looked at as often as this all the same, because a push may be lost; less often while nothing changes.
 * Source: docs/scale.md, "What it asks for": most requests of a large deployment would be these.
 */
export const SAFETY_POLL: GrowingDelay = { delayMsMin: 5 * MINUTE_MS, delayMsMax: 30 * MINUTE_MS, shareMin: 0.8 };
/** A long-poll that brings nothing and was held for less than this was not held at all. */
export const LONG_POLL_HELD_MS_MIN = 10 * SECOND_MS;
/** Pause after a long-poll that had something to tell. */
export const LONG_POLL_PAUSE_MS = SECOND_MS;
/** Pauses between two polls, which grow while nothing changes. */
export const POLL: GrowingDelay = { delayMsMin: 15 * SECOND_MS, delayMsMax: 5 * MINUTE_MS, shareMin: 0.5 };

/**
 * The longest that a change waits for its hint while the service can be reached in one of the three ways: the safety poll of a
 * socket that was dead, then a pause between attempts, and the requests of both.
 */
export const HINT_DELAY_MS_MAX = SAFETY_POLL.delayMsMax + SOCKET_RETRY.delayMsMax + MINUTE_MS;

assert(SOCKET_PING_MS + SOCKET_PONG_MS_MAX < SOCKET_IDLE_MS_MAX, 'a ping comes before API Gateway ends an idle socket');
assert(SOCKET_OPEN_MS_MAX < SOCKET_TICKET_MS, 'a ticket outlives the handshake that it is for');
assert(SOCKET_RENEW_SPREAD_MS < SOCKET_RENEW_MS, 'a socket stands before it is replaced');
assert(LONG_POLL_HELD_MS_MIN < WAIT_SECONDS_MAX * SECOND_MS, 'a long-poll that was held is known as such');
assert(POLL.delayMsMax <= HINT_DELAY_MS_MAX, 'polling keeps the promise as well');

/** Pause between two looks at a whole folder that nobody watches. */
export const LOOK_MS = 2 * SECOND_MS;

/** Uploads of fewer bytes are not fetched ahead: they come soon enough. */
export const AHEAD_BYTES_MIN = 8 * MiB;
/** Uploads that are followed at once in one folder; their chunks are fetched for one of them at a time. */
export const AHEAD_UPLOADS_MAX = 4;
/** Chunks that are fetched ahead at once. */
export const AHEAD_CHUNKS_MAX = 8;
/** Bytes that came ahead and are not durable yet, from which on they are made so while others come. */
export const AHEAD_FLUSH_BYTES = 32 * MiB;
/** What comes ahead at the moment of its commit may come to its end for so long; then the download begins, and asks for it itself. */
export const AHEAD_ENDING_MS_MAX = 2 * SECOND_MS;
/** Room that stays free on the disk whatever is fetched ahead. */
export const AHEAD_ROOM_BYTES_MIN = 4 * GiB;
/** An upload of which nothing was heard for so long has been given up: what came of it is removed. */
export const AHEAD_SILENCE_MS = HOUR_MS;
/** Uploads and contents of which it is remembered that nothing of them is to be fetched ahead any more. */
export const AHEAD_DONE_MAX = 1024;
/** Uploads of other devices that a status shows … */
export const UPLOADS_SHOWN_MAX = 16;
/** … for so long after they were heard of last. */
export const UPLOAD_SHOWN_MS = 2 * MINUTE_MS;
/** Paths that are shown of what stays after a wipe. */
export const KEPT_PATHS_SHOWN = 20;
