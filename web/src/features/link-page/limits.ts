import { MiB, SECOND_MS } from '@syncline/protocol';

/** Largest file that is put together in the memory of the page, where the browser cannot write to the disk. */
export const MEMORY_BYTES_MAX = 256 * MiB;
/** Entries that one step reads of a folder. */
export const ENTRIES_READ = 500;
/** Files and folders of one archive. */
export const ZIPPED_FILES_MAX = 2000;
/** Files that one drop may have. */
export const DROPPED_FILES_MAX = 500;
/** Pages of manifests that are remembered for previews. */
export const MANIFESTS_MAX = 100;
/** Longest wait for the service worker of the page, before a preview says that there is none. */
export const WORKER_WAIT_MS = 20 * SECOND_MS;
