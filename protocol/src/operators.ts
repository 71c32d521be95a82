import * as z from 'zod/mini';
import { AccountId, NamespaceId } from './ids.ts';
import { OPERATOR_DEFECTS_MAX } from './limits.ts';
import { Instant, PageToken } from './nodes.ts';

/** Entries of a journal that somebody who follows it has not taken in yet. */
const EntriesBehind = z.int().check(z.minimum(0));

/**
 * An account as an operator sees it: how much it has, and how far what follows its home namespace is. Names, paths and contents are not told.
 * `streamLag`: of the references of its chunks. `indexLag`: of the search index; absent where nothing of it is indexed.
 */
export const OperatedAccount = z.strictObject({
  accountId: AccountId,
  email: z.optional(z.string()),
  homeNamespaceId: NamespaceId,
  createdAt: z.optional(Instant),
  quotaBytes: z.int(),
  presentBytes: z.int(),
  retainedBytes: z.int(),
  entries: z.int(),
  streamLag: EntriesBehind,
  indexLag: z.optional(EntriesBehind),
});
export type OperatedAccount = z.infer<typeof OperatedAccount>;

export const OperatedAccountsQuery = z.strictObject({ page: z.optional(PageToken) });
/** In an order that does not change. A page may be empty although there is a next one. */
export const OperatedAccountsResponse = z.strictObject({
  accounts: z.array(OperatedAccount),
  nextPage: z.optional(PageToken),
});

/** What the background work has told last; absent parts have never run. */
export const UpkeepResponse = z.strictObject({
  sweep: z.optional(z.strictObject({ ranAt: Instant, phase: z.string() })),
  scrub: z.optional(
    z.strictObject({
      pass: z.int(),
      begunAt: Instant,
      phase: z.string(),
      items: z.int(),
      /** Stored bytes that were found to be wrong and are not mended; no more than OPERATOR_DEFECTS_MAX are counted. */
      defects: z.int().check(z.maximum(OPERATOR_DEFECTS_MAX)),
    }),
  ),
});
