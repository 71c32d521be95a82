import type { ApiClient } from '@syncline/client';
import {
  COMMIT_OPERATIONS_MAX,
  type CommitRequest,
  encodeUlid,
  NodeId,
  type OperationResult,
  opId,
} from '@syncline/protocol';
import { answerValue } from './answer-value.ts';

type WireOperation = CommitRequest['operations'][number];
/** An operation without its name, which `commit` gives it. */
export type PlainOperation = WireOperation extends infer O
  ? O extends WireOperation
    ? Omit<O, 'opId'>
    : never
  : never;

/**
 * Commits operations in order, in as many requests as they need, and answers a result for each of them. A request that has to be
 * repeated keeps its names, so nothing is done twice.
 *
 * @throws RefusedError  a request as a whole was refused; those before it are done.
 */
export async function commit(
  api: ApiClient,
  operations: readonly PlainOperation[],
): Promise<readonly OperationResult[]> {
  const results: OperationResult[] = [];
  for (let from = 0; from < operations.length; from += COMMIT_OPERATIONS_MAX) {
    const batch = randomId();
    const named = operations
      .slice(from, from + COMMIT_OPERATIONS_MAX)
      .map((operation, index) => ({ ...operation, opId: opId(batch, index) }));
    results.push(...answerValue(await api.commit({ body: { operations: named } })).results);
  }
  return results;
}

export function makeNodeId(): NodeId {
  return NodeId.parse(randomId());
}

function randomId(): string {
  return encodeUlid(crypto.getRandomValues(new Uint8Array(16)));
}
