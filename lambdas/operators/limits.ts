/** Accounts of one page whose rows are read at one time. */
export const ACCOUNTS_READ_AT_ONCE = 16;
