import { assert, COMMIT_OPERATIONS_MAX, CONTENT_FILES_MAX, PACK_BYTES_MAX } from '@syncline/protocol';

/** Rounds of observing, planning and executing before a sync ends without having come to rest. */
export const ROUNDS_MAX = 64;
/** Rounds in a row that bring nothing forward before a sync ends. */
export const IDLE_ROUNDS_MAX = 2;
/** Tries of a file that keeps changing while it is read, before it counts as busy. */
export const FILE_TRIES_MAX = 4;
/** A burst of changes on the disk has come to its end when nothing more came for this long … */
export const DEBOUNCE_MS = 10;
/** … and is not waited for longer than this. */
export const DEBOUNCE_MS_MAX = 500;
/** Pause after a failure, and what it grows to. */
export const RETRY_MS_MIN = 1000;
export const RETRY_MS_MAX = 5 * 60_000;
/** A file whose bytes do not get through rests as after so many failures: for minutes, so that others have been tried before it is again. */
export const HELD_BACK_FAILURES_LEAST = 8;
/** So long an operating system may keep from a disk what a program has written there without a sync: 35 s on Linux as it comes, and some room. */
export const UNDURABLE_MS_MAX = 2 * 60_000;
/** So long a request to which there was no answer may still be on its way when the service is asked what became of it. */
export const UNANSWERED_MS_MAX = 2 * 60_000;
/** By so much the time at which a machine was started seems to vary, as its clock is corrected. */
export const BOOT_TOLERANCE_MS = 2000;
/** How often a folder that is not there is looked for. */
export const ROOT_RETRY_MS = 5000;
/** The whole disk is looked at after this time, whatever the watcher has told. */
export const LOOK_EVERYWHERE_MS = 60 * 60_000;
/** … and after this time where some folders cannot be watched. */
export const LOOK_EVERYWHERE_PARTIAL_MS = 60_000;
/** The service is asked what is new after this time, whatever came as a hint. */
export const PULL_MS_MAX = 15 * 60_000;
/** Deletes and rewrites within this time count as one. */
export const MASS_CHANGE_WINDOW_MS = 60_000;
/** Pause before a file that keeps changing is read again, and what it grows to. */
export const BUSY_PAUSE_MS_MIN = 1000;
export const BUSY_PAUSE_MS_MAX = 60_000;
/** A file larger than this may be in the middle of being written … */
export const FRESH_FILE_BYTES = 1024 * 1024;
/** … while it was written less than this ago. */
export const FRESH_FILE_MS = 1000;
/** A file that is written again this soon after the state that was agreed on, such as a log … */
export const REWRITTEN_FILE_MS = 1000;
/** … is sent when nothing more was written for this long: each write would be a revision of its own. */
export const REWRITTEN_QUIET_MS = 100;
/** The time over which the rate of a transfer is told. */
export const RATE_WINDOW_MS = 10_000;
/** Files that are sent together: enough of them to fill a pack, and committed in several requests. */
export const UPLOAD_SLICE_FILES = 2000;
/** Bytes that are sent together, unless a single file is larger: as much as the line carries in UPLOAD_SLICE_MS, within these bounds. */
export const UPLOAD_SLICE_BYTES_MIN = 8 * 1024 * 1024;
export const UPLOAD_SLICE_BYTES_MAX = 256 * 1024 * 1024;
export const UPLOAD_SLICE_MS = 2000;
/** Files of a slice vary in size: room for as many times the bytes that the next ones are expected to have. */
export const SLICE_MARGIN = 1.25;
/** … and where they turn out so much larger, the slice ends in the middle of a commit. */
export const SLICE_EXCESS_MAX = 2;
/** Slices that are being read, sent and committed at once; of them one is committed. */
export const UPLOAD_SLICES_MAX = 3;
/** Files up to this size go before larger ones. */
export const SMALL_FILE_BYTES = 1024 * 1024;
/** Files above this size are sent, fetched and read beside the rounds. */
export const LARGE_FILE_BYTES = 8 * 1024 * 1024;
/** Files above this size may take all of the line for hours. */
export const HUGE_FILE_BYTES = 256 * 1024 * 1024;
/** Large files that are sent at once, as many that are fetched and as many that are read … */
export const LARGE_TRANSFERS_MAX = 8;
/** … of which so many may be huge. */
export const HUGE_TRANSFERS_MAX = 3;
/** One in so many turns is that of the file that has waited longest, whatever its size. */
export const OLDEST_TURN = 4;
/** A round leaves the rest of its small files to the next one when something new is known and it has gone on for this long … */
export const GIVE_WAY_MS = 1000;
/** … and for so many times as long as it took to plan it, so that plans stay a small part of the work. */
export const GIVE_WAY_PLANS = 10;
/** Files that go before all others one by one, because they were changed last. */
export const FRESH_FILES = 50;
/** Files next to each other that go one after the other: as many as are asked for together … */
export const NEIGHBOUR_FILES = CONTENT_FILES_MAX;
/** … and as many bytes as one pack has. */
export const NEIGHBOUR_BYTES = PACK_BYTES_MAX;
/** Files that are fetched before the agreement on them is written down. */
export const DOWNLOAD_SLICE_FILES = 200;
/** Files that are fetched at once. */
export const DOWNLOADS_MAX = 32;
/** Fetched files that are put in their places together: as many … */
export const PLACED_TOGETHER_FILES = 128;
/** … or as many bytes … */
export const PLACED_TOGETHER_BYTES = 16 * 1024 * 1024;
/** … or those of this time in milliseconds; fewer when the one before is placed and no more are to come. */
export const PLACED_TOGETHER_MS = 500;
/** Room that downloads leave free on a disk, for everything else that is done on it … */
export const DISK_RESERVE_BYTES_MAX = 512 * 1024 * 1024;
/** … or this share of the disk, when that is less. */
export const DISK_RESERVE_SHARE = 0.05;
/** A download that was begun goes on into this share of the reserve: small things beside it must not end it near its end. */
export const DISK_RESERVE_LENT_SHARE = 0.5;
/** For how long, and for how many bytes that are written, what is known of the free room of a disk is believed. */
export const DISK_SPACE_MS_MAX = 1000;
export const DISK_SPACE_BYTES_MAX = 64 * 1024 * 1024;
/** How often it is looked whether a file that the disk had no room for fits by now. */
export const NO_ROOM_RETRY_MS = 15_000;
/** Contents that no file has any more and that are remembered all the same, beside one for each synced node. */
export const CONTENT_PLACES_SPARE = 1024;
/** Looks at the disk for what an earlier process has placed: to read, to agree, and one for what has changed meanwhile. */
export const PLACED_LOOKS_MAX = 3;
/** Files that are read at once to learn their content. */
export const READS_MAX = 4;
/** Files whose revisions are asked for at once. */
export const TRACES_MAX = 8;
/** A round may delete or rewrite this many nodes on a side without asking … */
export const MASS_CHANGE_NODES = 50;
/** … or this share of all synced nodes, when that is more. */
export const MASS_CHANGE_SHARE = 0.25;
/** How old what is known of the account's roles in shared folders may be when a delta is read. */
export const ROLES_MS_MAX = 60_000;
/** Pages of one listing or delta: a billion nodes. */
export const PAGES_MAX = 1_000_000;
/** How often in a row the delta is read once more, because trees were listed behind it. */
export const DELTA_REPEATS_MAX = 3;
/** Folders that one look at the disk lists; more are a circle. */
export const LISTINGS_MAX = 100_000_000;
/** Folders that are listed before other work gets its turn. */
export const LISTINGS_BETWEEN_PAUSES = 256;
/** How long what is gone from a watched disk is waited for, before it counts as deleted: it may have been moved. */
export const DELETE_CONFIRM_MS = 200;
/** Folders above a node that a plan counts; deeper ones come in any order. */
export const PLAN_DEPTH_MAX = 10_000;
/** Names that are tried for a conflicted copy. */
export const CONFLICT_NAMES_MAX = 10_000;
/**
 * A file that was written less than this ago may be written again without its times showing it, because file systems keep
 * time in ticks (up to 10 ms on Linux, 16 ms on Windows). It is read only when it is older.
 */
export const TIME_TICK_MS = 20;
/** Local names that are tried for a node whose own one is taken. */
export const TWIN_ATTEMPTS_MAX = 99_999;
/** Length that a shortened local name leaves at least for an extension, so that most are kept whole. */
export const CUT_EXTENSION_LENGTH = 32;
/** The shortest limit that a disk may have for its names: mark and hash, an extension, and as much for the beginning. */
export const LOCAL_NAME_LENGTH_MIN = 96;

assert(UPLOAD_SLICE_FILES % COMMIT_OPERATIONS_MAX === 0, 'the files of a slice fill its commits');
assert(HUGE_TRANSFERS_MAX < LARGE_TRANSFERS_MAX, 'huge files leave places for others');
assert(DISK_SPACE_BYTES_MAX < DISK_RESERVE_BYTES_MAX, 'what is written between two looks fits into the reserve');
assert(LARGE_FILE_BYTES <= UPLOAD_SLICE_BYTES_MIN, 'every file of a slice fits into one');
