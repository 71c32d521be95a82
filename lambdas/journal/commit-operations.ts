import {
  assert,
  COMMIT_CONFIRM_CHUNKS_MAX,
  type NamespaceId,
  type Operation,
  type OperationResult,
  type OpId,
} from '@syncline/protocol';
import type { DeviceCaller } from '../runtime/caller.ts';
import { type CommitDependencies, commitToNamespace, type NamespaceAnswer } from './commit-to-namespace.ts';

export interface CommittedOperations {
  /** In the order of the request. */
  readonly results: readonly OperationResult[];
  readonly namespaces: ReadonlyMap<NamespaceId, NamespaceAnswer>;
}

/**
 * Applies operations to the trees that they name, and answers each of them in the order of the request.
 *
 * Atomic: an operation is in the journal with all that belongs to it, or nothing of it was written; operations that conflict or
 * err do not hinder the others. Operations on one namespace are applied in their order, namespaces apart from each other.
 * Idempotent by (device, opId) for OPERATION_RESULT_MS: a repeat answers what was answered first, and writes nothing.
 * Cost, in one namespace: one read of the head; results, nodes and places at one time; one read per level of folders above; then one
 * transaction for at least 16 operations (24 new files). Where nothing is to be written, the head is read once more instead.
 *
 * @throws UnavailableError when a store did not answer. Operations may have been applied; a repeat tells.
 */
export async function commitOperations(
  dependencies: CommitDependencies,
  request: { readonly operations: readonly Operation[] },
  caller: DeviceCaller,
): Promise<CommittedOperations> {
  const namespaces = await commitByNamespace(dependencies, request.operations, caller);
  const answers = new Map([...namespaces.values()].flatMap((answer) => [...answer.results]));
  const results = request.operations.map(({ opId }) => {
    const result = answers.get(opId);
    assert(result !== undefined, 'every operation is answered');
    return result;
  });
  return { results, namespaces };
}

async function commitByNamespace(
  dependencies: CommitDependencies,
  asked: readonly Operation[],
  caller: DeviceCaller,
): Promise<ReadonlyMap<NamespaceId, NamespaceAnswer>> {
  const budget = { chunks: COMMIT_CONFIRM_CHUNKS_MAX };
  const answers = new Map<NamespaceId, NamespaceAnswer>();
  for (const [namespaceId, operations] of groupByNamespace(asked)) {
    answers.set(namespaceId, await commitToNamespace(dependencies, { namespaceId, operations, caller, budget }));
  }
  return answers;
}

/** An opId that stands twice in a request names one operation: the first. */
function groupByNamespace(operations: readonly Operation[]): ReadonlyMap<NamespaceId, readonly Operation[]> {
  const groups = new Map<NamespaceId, Operation[]>();
  const named = new Set<OpId>();
  for (const operation of operations) {
    if (named.has(operation.opId)) continue;
    named.add(operation.opId);
    const group = groups.get(operation.namespaceId) ?? [];
    group.push(operation);
    groups.set(operation.namespaceId, group);
  }
  return groups;
}
