import type { NamespaceId, Operation, OperationResult, OpId } from '@syncline/protocol';
import { operationError, PAGE_ENTRIES_MAX } from '@syncline/protocol';
import type { JournalEntry, NamespaceStore, StoredResult } from '../namespaces/namespace-store.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { DeviceCaller } from '../runtime/caller.ts';

export interface ReplayRequest {
  readonly namespaceId: NamespaceId;
  readonly caller: DeviceCaller;
  readonly operations: readonly Operation[];
}

/**
 * What was answered to those of the operations that were committed before, word for word. The node of an answer is the one of
 * its journal entry, so that a repeat tells the state then, however much has changed since.
 * Precondition: the head was read before; whatever is not found here was not committed at that head.
 */
export async function replayResults(
  { namespaces }: { readonly namespaces: NamespaceStore },
  { namespaceId, caller, operations }: ReplayRequest,
): Promise<ReadonlyMap<OpId, OperationResult>> {
  const opIds = operations.map(({ opId }) => opId);
  const stored = await namespaces.getResults({ accountId: caller.accountId, deviceId: caller.device.deviceId }, opIds);
  const own = [...stored.values()].filter((result) => result.namespaceId === namespaceId && result.node === undefined);
  const entries = await readEntries(namespaces, namespaceId, own);
  const results = new Map<OpId, OperationResult>();
  for (const [opId, result] of stored) results.set(opId, replay({ opId, namespaceId, result, entries }));
  return results;
}

function replay(found: {
  readonly opId: OpId;
  readonly namespaceId: NamespaceId;
  readonly result: StoredResult;
  readonly entries: ReadonlyMap<number, JournalEntry>;
}): OperationResult {
  const { opId, result, entries } = found;
  if (result.namespaceId !== found.namespaceId) {
    return {
      opId,
      status: 'error',
      error: operationError('invalid_request', 'this opId was used in another namespace'),
    };
  }
  const node = result.node ?? entries.get(result.seq)?.node;
  if (node === undefined) {
    return {
      opId,
      status: 'error',
      error: operationError('not_found', 'this operation was committed too long ago to be answered'),
    };
  }
  const { seq, conflict } = result;
  return { opId, status: 'committed', node: toWireNode(node), seq, ...(conflict === undefined ? {} : { conflict }) };
}

/** The entries of one request stand close together: one read serves them, unless others came between. */
async function readEntries(
  namespaces: NamespaceStore,
  namespaceId: NamespaceId,
  results: readonly StoredResult[],
): Promise<ReadonlyMap<number, JournalEntry>> {
  const found = new Map<number, JournalEntry>();
  const wanted = [...new Set(results.map(({ seq }) => seq))].toSorted((left, right) => left - right);
  const last = wanted.at(-1);
  for (const next of wanted) {
    if (found.has(next)) continue;
    const limit = Math.min((last ?? next) - next + 1, PAGE_ENTRIES_MAX);
    const entries = await namespaces.listEntries({ namespaceId, after: next - 1, limit });
    for (const entry of entries) found.set(entry.seq, entry);
  }
  return found;
}
