import { assert } from './assert.ts';
import { DAY_MS, GiB, HOUR_MS, KiB, MINUTE_MS, MiB, SECOND_MS } from './units.ts';

/** Largest file, in bytes: 50 GiB. */
export const FILE_BYTES_MAX = 50 * GiB;
/** Most chunks of one file. Bounds a packed manifest to 576 KiB. */
export const FILE_CHUNKS_MAX = 16_384;
/** Largest chunk, in bytes. Bounds one retry and one transfer slot. */
export const CHUNK_BYTES_MAX = 8 * MiB;
/** Chunk length of the `fixed-4m` strategy, in bytes. */
export const FIXED_CHUNK_BYTES = 4 * MiB;
/** Manifests up to this many chunks stand in the revision itself; longer ones are an object in the bucket. */
export const MANIFEST_INLINE_CHUNKS_MAX = 64;

/** Longest name, in bytes of UTF-8: what ext4, APFS and NTFS can all hold. */
export const NAME_BYTES_MAX = 255;
/** Deepest place a node can be put, the root being 0. */
export const DEPTH_MAX = 64;
/** Longest path in a request, in bytes of UTF-8. */
export const PATH_BYTES_MAX = 4096;

/** Largest request body, in bytes. */
export const REQUEST_BYTES_MAX = 2_000_000;
/** Deepest nesting of a request's JSON. */
export const JSON_DEPTH_MAX = 8;

/** Files in one upload initiation. */
export const UPLOAD_FILES_MAX = 100;
/** Chunks named by one upload initiation, over all its files. */
export const UPLOAD_CHUNKS_MAX = FILE_CHUNKS_MAX;
/** Chunks of one upload that are answered in one response (missing and to prove together). */
export const UPLOAD_ANSWER_CHUNKS_MAX = 500;
/** Hashes asked about in one chunk check. */
export const CHECK_HASHES_MAX = 1000;
/** Proofs of possession in one chunk check; each makes the server read a chunk. */
export const CHECK_PROOFS_MAX = 64;
/** Chunks confirmed as stored in one chunk check; each makes the server ask the store. */
export const CHECK_STORED_MAX = 500;
/** Largest pack, in bytes as they are stored. A function reads it whole to verify its members. */
export const PACK_BYTES_MAX = 8 * MiB;
/** Most bytes of the chunks in one pack, opened. Bounds the time of a confirmation. */
export const PACK_OPENED_BYTES_MAX = 32 * MiB;
/** Largest window of a compressed chunk in a pack, in bytes. */
export const FRAME_WINDOW_BYTES_MAX = MiB;
/** Most chunks in one pack. */
export const PACK_MEMBERS_MAX = 2000;
/** Longest chunk that travels in a pack, in bytes: just less than 1 MiB. */
export const PACK_MEMBER_BYTES_MAX = MiB - 1;
/** Namespaces that the files of one pack are meant for. */
export const PACK_DESTINATIONS_MAX = 50;
/** Length of a block of which an outline tells, in bytes. What an edit leaves of a file is found again in blocks. */
export const OUTLINE_BLOCK_BYTES = 16 * KiB;
/** Parts of a revision that one request outlines … */
export const OUTLINE_SPANS_MAX = 64;
/** … and the most bytes that they have together: a function reads them. */
export const OUTLINE_BYTES_MAX = 32 * MiB;
/** Chunks that one request patches … */
export const PATCH_CHUNKS_MAX = 64;
/** … and the most bytes that they have together: a function makes them. */
export const PATCH_BYTES_MAX = 32 * MiB;
/** Parts of which one patched chunk is made. */
export const PATCH_PARTS_MAX = 1024;
/** Life of an upload session. Pins last longer, so a session never names a swept chunk. */
export const UPLOAD_SESSION_MS = 24 * HOUR_MS;
/** How long a chunk named by a session is safe from the sweep. */
export const CHUNK_PIN_MS = 48 * HOUR_MS;
/** Life of a signed URL. */
export const SIGNED_URL_MS = 15 * MINUTE_MS;

/** Operations in one commit request. */
export const COMMIT_OPERATIONS_MAX = 200;
/** Unconfirmed chunks that one commit request may confirm by itself. More need a chunk check first. */
export const COMMIT_CONFIRM_CHUNKS_MAX = 200;
/** How long the answer of an operation is kept for a repeated request. */
export const OPERATION_RESULT_MS = 30 * DAY_MS;
/** Entries of the journal that a folder's delete may not have seen and still be checked one by one. */
export const UNSEEN_ENTRIES_MAX = 1000;

/** Entries in one page of changes, tree, children or revisions. */
export const PAGE_ENTRIES_MAX = 1000;
/** Longest label of a revision, in characters. */
export const LABEL_CHARS_MAX = 100;
/** Chunk URLs in one page of content. */
export const CONTENT_PAGE_CHUNKS_MAX = 500;
/** Files whose contents one request reads: as many as can be told of where each is one chunk. */
export const CONTENT_FILES_MAX = CONTENT_PAGE_CHUNKS_MAX;
/** Longest run of neighbours in a pack that is read by one request, in bytes … */
export const RUN_BYTES_MAX = MiB;
/** … and the longest chunk in one: a longer one is worth a request of its own. */
export const RUN_MEMBER_BYTES_MAX = 256 * KiB;
/** Longest cursor or page token, in characters. */
export const TOKEN_CHARS_MAX = 4096;
/** Longest wait of a long-poll, in seconds; the HTTP API ends a request at 30. */
export const WAIT_SECONDS_MAX = 25;
/** How long the journal keeps an entry; a cursor older than that is reset. */
export const JOURNAL_RETENTION_MS = 180 * DAY_MS;

/** How long what was replaced or deleted is kept, in days, unless a namespace says otherwise. */
export const RETENTION_DAYS_DEFAULT = 30;
/** Shortest retention of a namespace, in days. */
export const RETENTION_DAYS_MIN = 1;
/** Longest retention of a namespace, in days: the expiry follows the journal, and must come before its end. */
export const RETENTION_DAYS_MAX = 165;

/** Files of which one request asks how they are stored. */
export const MEASURE_FILES_MAX = 50;
/** Largest number of chunks of which one is told. */
export const MEASURE_SAMPLE_MAX = 65_536;

/** Quota of a new account's home namespace, in bytes, unless the deployment sets another. */
export const QUOTA_BYTES_DEFAULT = 1024 * GiB;
/** Devices of one account. */
export const DEVICES_MAX = 100;
/** Longest device name, in characters. */
export const DEVICE_NAME_CHARS_MAX = 64;
/** Files of one namespace of which a device that was asked to remove them asks at once whether the service has them. */
export const WIPE_FILES_MAX = 1000;
/** Members of one shared folder. */
export const MEMBERS_MAX = 1000;
/** Shared folders that one account can have in its tree: a cursor names all of them. */
export const MOUNTS_MAX = 49;
/** Open invitations to one shared folder. */
export const INVITATIONS_MAX = 100;
/** Life of an invitation. */
export const INVITATION_MS = 30 * DAY_MS;
/** Longest e-mail address, in characters. */
export const EMAIL_CHARS_MAX = 254;
/** Members whom one request removes when a folder is no longer shared. */
export const UNSHARE_MEMBERS_MAX = 20;
/** Life of a WebSocket ticket. */
export const SOCKET_TICKET_MS = 60 * SECOND_MS;
/** Longest life of a WebSocket connection; API Gateway closes it then. */
export const SOCKET_CONNECTION_MS = 2 * HOUR_MS;
/** Largest message that a client may send on the socket, in bytes. */
export const SOCKET_MESSAGE_BYTES_MAX = KiB;

/** Links of one account that the service keeps, ended ones included. */
export const LINKS_MAX = 1000;
/** Shortest life of a link. */
export const LINK_LIFE_MS_MIN = MINUTE_MS;
/** Life of a link whose maker names none. */
export const LINK_LIFE_MS_DEFAULT = 30 * DAY_MS;
/** Longest life of a link. */
export const LINK_LIFE_MS_MAX = 3650 * DAY_MS;
/** How long a link that has ended says so, to whoever has its token and to its maker. */
export const LINK_KEPT_MS = 30 * DAY_MS;
/** Largest file that comes in by a link, in bytes. */
export const LINK_FILE_BYTES_MAX = 5 * GiB;
/** How long a download by a link that was counted can go on. */
export const LINK_GRANT_MS = 24 * HOUR_MS;
/** Longest password of a link, in characters. */
export const LINK_PASSWORD_CHARS_MAX = 128;
/** Largest limit of downloads, or of files that come in, that a link can have. */
export const LINK_DOWNLOADS_MAX = 1_000_000;

/** Longest text of a search, in UTF-16 units. */
export const SEARCH_CHARS_MAX = 256;
/** Hits on one page of a search. */
export const SEARCH_HITS_MAX = 50;

/** Files and folders that one account can star: all of them are one answer. */
export const STARS_MAX = 500;

/** Cells of one deployment: each of them holds millions of accounts. */
export const CELLS_MAX = 1000;

/** Webhooks of one account, ended ones included. */
export const WEBHOOKS_MAX = 20;
/** Webhooks of one namespace, of all its members together. */
export const NAMESPACE_WEBHOOKS_MAX = 50;
/** Longest address of a webhook, in characters. */
export const WEBHOOK_URL_CHARS_MAX = 1024;
/** How old or how far ahead the time of a message may be for whoever takes it: a message that was recorded cannot be sent again later. */
export const WEBHOOK_REPLAY_MS = 5 * MINUTE_MS;
/** How long every try of a webhook fails until nothing is sent any more. */
export const WEBHOOK_FAILING_MS = 5 * DAY_MS;

/** Defects of stored bytes that an operator is told the number of. */
export const OPERATOR_DEFECTS_MAX = 1000;

assert(FIXED_CHUNK_BYTES * FILE_CHUNKS_MAX >= FILE_BYTES_MAX, 'a full manifest must hold the largest file');
assert(FIXED_CHUNK_BYTES <= CHUNK_BYTES_MAX, 'a fixed chunk must be a legal chunk');
assert(RETENTION_DAYS_MIN <= RETENTION_DAYS_DEFAULT, 'the usual retention is one that can be set');
assert(RETENTION_DAYS_DEFAULT <= RETENTION_DAYS_MAX, 'the usual retention is one that can be set');
assert(RETENTION_DAYS_MAX * DAY_MS < JOURNAL_RETENTION_MS, 'the expiry reads entries that are as old as the retention');
assert(CHUNK_PIN_MS > UPLOAD_SESSION_MS + SIGNED_URL_MS, 'a pin must outlast its session and every URL of it');
assert(MANIFEST_INLINE_CHUNKS_MAX < FILE_CHUNKS_MAX, 'long manifests need the bucket');
assert(PACK_BYTES_MAX >= PACK_MEMBER_BYTES_MAX, 'a pack must hold its largest member');
assert(PACK_DESTINATIONS_MAX > MOUNTS_MAX, 'a pack may be for the home namespace and all that is mounted in it');
assert(PACK_OPENED_BYTES_MAX >= PACK_BYTES_MAX, 'a full pack of chunks as they are must be allowed');
assert(FRAME_WINDOW_BYTES_MAX >= PACK_MEMBER_BYTES_MAX, 'the largest member may be one segment');
assert(RUN_BYTES_MAX >= 2 * RUN_MEMBER_BYTES_MAX, 'a run must hold neighbours');
