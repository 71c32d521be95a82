/** Entries of the journal that one restore looks back over: what a request can read and hold. */
export const RESTORE_ENTRIES_MAX = 100_000;
/** Entries of the journal that one page of activity looks at, when few of them are about what is asked. */
export const ACTIVITY_ENTRIES_MAX = 10_000;
