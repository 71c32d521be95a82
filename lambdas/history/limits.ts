/** Entries of the journal that one restore looks back over: what a request can read and hold. */
export const RESTORE_ENTRIES_MAX = 100_000;
