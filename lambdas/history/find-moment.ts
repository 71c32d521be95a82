import { type EpochMs, type NamespaceId, parseInstant } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';

/**
 * The last entry of a journal that was made at a time or before; 0 when all are later. The times in a journal may go back by as much
 * as clocks of the service differ; then it is one of the entries around that time. Cost: a Query of one entry for each halving of the journal.
 */
export async function findMoment(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'listEntries'> },
  journal: { readonly namespaceId: NamespaceId; readonly head: number },
  at: EpochMs,
): Promise<number> {
  let known = 0;
  let later = journal.head + 1;
  while (later - known > 1) {
    const middle = Math.floor((known + later) / 2);
    const [entry] = await namespaces.listEntries({
      namespaceId: journal.namespaceId,
      after: middle - 1,
      limit: 1,
    });
    // What has expired is older than any time that can be asked for.
    if (entry === undefined || parseInstant(entry.changedAt) <= at) known = middle;
    else later = middle;
  }
  return known;
}
