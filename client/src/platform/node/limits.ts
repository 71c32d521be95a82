import { assert } from '@syncline/protocol/assert';
import { KiB, MiB } from '@syncline/protocol/units';

/** Rows of the state that are read together. */
export const STATE_ROWS_PER_PAGE = 1000;
/** Chunks whose places in contents of a folder are remembered: those of 1 TiB and more, in about 30 MB on the disk. */
export const KNOWN_CHUNKS_MAX = 1_000_000;
/** Bytes of one name in the folder where names are taken aside: less than the shortest limit of a file system. */
export const ASIDE_NAME_BYTES_MAX = 120;
/** Places, and names for what comes back, that are tried there. */
export const ASIDE_NAMES_MAX = 10_000;
/** Names in the root of a folder by which it is known again after it was moved. */
export const MOVED_NAMES_MAX = 1000;
/** Folders in one that is to be linked that are searched for links of other installations. */
export const NESTED_FOLDERS_MAX = 100_000;
/** Days that what was deleted elsewhere stays in the trash of a synced folder. */
export const TRASH_DAYS = 30;
/** Days that a part of a content waits to be fetched further. */
export const STAGING_DAYS = 30;
/** Zeros that a file is given as a hole rather than written, at least: fewer are not worth the look at what stands there. */
export const HOLE_BYTES_MIN = 64 * KiB;
/** What is read at once of a place where a hole may be. */
export const HOLE_READ_BYTES = MiB;
/** Days that a part of an upload waits for its commit: longer than an upload session lives. */
export const AHEAD_DAYS = 2;
/** Touched folders that a watcher tells apart; more become "everything may have changed", which costs one walk. */
export const TOUCHED_FOLDERS_MAX = 4096;
/** Folders that are watched one by one. Each takes about 1.4 KB in this process, and 1 KB or more in the kernel. */
export const WATCHES_MAX = 200_000;
/** Events that the kernel keeps for a process where it does not tell. Source: inotify(7), max_queued_events. */
export const QUEUED_EVENTS_DEFAULT = 16_384;
/**
 * Share of a full queue that counts as one that may have run over. Events of other watchers in this process take places in the
 * queue and are not counted.
 */
export const QUEUE_SHARE_MAX = 0.5;
/** Times that the watch of a whole tree is set anew without an event in between, before that is given up. */
export const TREE_REOPENS_MAX = 8;
/** On macOS the watch of a tree begins some time after it was asked for, on another thread that does not say when. */
export const TREE_START_MS = 2000;
/** Threads that cut large files at once; each hashes more than a gigabyte a second. */
export const CUTTING_THREADS_MAX = 4;
/** A block of a file that takes longer to read comes from a disk: one that is in memory takes 0.1 to 0.2 ms … */
export const SLOW_READ_MS = 1;
/** … and this many after it are read while one is cut. */
export const READ_AHEAD_BLOCKS = 32;
/** A thread without work ends after this time; the next one starts in some tens of milliseconds. */
export const IDLE_THREAD_MS = 5000;
/** Heap of such a thread. It holds the chunks of one file; what is cut lies outside of it. */
export const THREAD_HEAP_MIB = 32;

assert(QUEUE_SHARE_MAX > 0 && QUEUE_SHARE_MAX < 1, 'a queue counts as overrun before it is full');
/** Files for which the whole file system is made durable, rather than each of them. */
export const TOGETHER_FILES_MIN = 16;
/** Longer than this, in milliseconds, nobody waits until a whole file system is durable: others may be writing to it … */
export const TOGETHER_MS_MAX = 3000;
/** … and the process that does it ends when there was nothing to do for this time. */
export const SYNC_PROCESS_IDLE_MS = 5000;
/** … and it is not tried for as many groups of files then. */
export const TOGETHER_RESTS = 50;
/** A call of the disk that takes longer than this, in milliseconds, has waited for the disk itself. */
export const SLOW_CALL_MS = 2;
/** Calls that are made on another thread after a slow one, before one is tried on this thread again. */
export const CALLS_ELSEWHERE = 64;
/** Calls that are made on this thread one after the other. */
export const CALLS_HERE_MAX = 128;
/** Calls by which a small file is read: it is opened, looked at, read, looked at again and closed. */
export const CALLS_OF_A_FILE = 5;
/** Most bytes that are read on this thread by one call. */
export const QUICK_BYTES_MAX = 64 * KiB;
/** Random bytes that are drawn from the system at once. */
export const RANDOM_POOL_BYTES = 4 * KiB;
/** Directories whose names are made durable at once: each is open for so long. */
export const DIRECTORY_SYNCS_MAX = 64;
