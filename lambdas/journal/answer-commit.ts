import type { CommitResponse, OperationResult } from '@syncline/protocol';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { CountName, Meter } from '../runtime/meter.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { commitOperations } from './commit-operations.ts';

const COUNTS = {
  committed: 'operationsCommitted',
  conflict: 'operationsConflicted',
  error: 'operationsRefused',
} as const satisfies Record<OperationResult['status'], CountName>;

/** Commits operations and counts what became of them. A request whose operations are all refused is answered like any other. */
export async function answerCommit(
  dependencies: Parameters<typeof commitOperations>[0] & { readonly meter: Meter },
  request: Parameters<typeof commitOperations>[1],
  caller: DeviceCaller,
): Promise<Outcome<CommitResponse>> {
  const response = await commitOperations(dependencies, request, caller);
  for (const { status } of response.results) dependencies.meter.count(COUNTS[status]);
  return done(response);
}
