import type { CommitResponse, Cursor, Operation, OperationResult } from '@syncline/protocol';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { CountName, Meter } from '../runtime/meter.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { advanceCursor, cursorOfCommit } from './advance-cursor.ts';
import { commitOperations } from './commit-operations.ts';

const COUNTS = {
  committed: 'operationsCommitted',
  conflict: 'operationsConflicted',
  error: 'operationsRefused',
} as const satisfies Record<OperationResult['status'], CountName>;

/**
 * Commits operations and counts what became of them. A request whose operations are all refused is answered like any other.
 * Cost: that of the operations; a cursor is advanced without a read.
 */
export async function answerCommit(
  dependencies: Parameters<typeof commitOperations>[0] & { readonly meter: Meter },
  request: { readonly operations: readonly Operation[]; readonly cursor?: Cursor | undefined },
  caller: DeviceCaller,
): Promise<Outcome<CommitResponse>> {
  const [{ results, namespaces }, from] = await Promise.all([
    commitOperations(dependencies, request, caller),
    cursorOfCommit(dependencies, request.cursor, caller),
  ]);
  for (const { status } of results) dependencies.meter.count(COUNTS[status]);
  const cursor = from === undefined ? undefined : await advanceCursor(dependencies, { from, namespaces }, caller);
  return done({ results: [...results], ...(cursor === undefined ? {} : { cursor }) });
}
