/** Rows by their keys. */
export const look = ['GetItem', 'BatchGetItem'] as const;
/** Rows by their keys, and all that follow each other in a partition. */
export const read = [...look, 'Query'] as const;
/** The same of files, but for a revision by its number, which few need. */
export const lookFiles = ['BatchGetItem'] as const;
export const readFiles = [...lookFiles, 'Query'] as const;
/** To count requests of an account (lambdas/runtime/account-limits.ts). */
export const count = ['PutItem', 'UpdateItem'] as const;
