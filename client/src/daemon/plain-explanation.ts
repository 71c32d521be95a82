import { formatInstant } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { Explanation } from '../engine/loop-status.ts';

/** What is known about one path, as plain data. */
export const PlainExplanation = z.object({
  path: z.string(),
  state: z.enum(['synced', 'pending', 'problem', 'ignored', 'excluded', 'unknown']),
  reason: z.string(),
  detail: z.string(),
  since: z.optional(z.string()),
  nextAttemptAt: z.optional(z.string()),
  requestId: z.optional(z.string()),
  remedy: z.optional(z.string()),
  remoteName: z.optional(z.string()),
});
export type PlainExplanation = z.infer<typeof PlainExplanation>;

export function plainExplanation(explanation: Explanation): PlainExplanation {
  const { path, state, reason, detail, since, nextAttemptAt, requestId, remedy, remoteName } = explanation;
  return {
    path,
    state,
    reason,
    detail,
    ...(since === undefined ? {} : { since: formatInstant(since) }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: formatInstant(nextAttemptAt) }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(remoteName === undefined ? {} : { remoteName }),
  };
}
