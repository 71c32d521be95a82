import type { RouteResponse } from '@syncline/protocol';
import { retentionOf } from '../history/set-retention.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { FOLDER_READS_IN_FLIGHT_MAX } from '../sharing/limits.ts';

/**
 * What counts on the caller's quota, as it is counted with every commit. What is gone for good and not yet removed counts as history for that time.
 * Cost: 2 reads, one Query, and a read for each shared folder.
 */
export async function getUsage(
  dependencies: OpenNamespaceDependencies & { readonly namespaces: Pick<NamespaceStore, 'listMounts'> },
  caller: Caller,
): Promise<Outcome<RouteResponse<'getUsage'>>> {
  const { namespaces } = dependencies;
  const { accountId } = caller;
  const access = await openNamespace(dependencies, caller);
  if (access.kind === 'refused') return access;
  const { head } = access.value;
  const mounts = await namespaces.listMounts(accountId);
  const folders = await mapBounded(FOLDER_READS_IN_FLIGHT_MAX, mounts, async ({ namespaceId }) => {
    const folder = await namespaces.readAccess({ namespaceId, accountId });
    if (folder === undefined) return [];
    const { name = '', groundId } = folder.head;
    return [{ namespaceId, name, role: folder.role, isOnQuota: groundId === head.namespaceId }];
  });
  const { quotaBytes, bytesLogical, bytesRetained, bytesTrash = 0 } = head;
  return done({
    quotaBytes,
    presentBytes: bytesLogical,
    trashBytes: bytesTrash,
    historyBytes: bytesRetained - bytesLogical - bytesTrash,
    retention: retentionOf(head),
    folders: folders.flat(),
  });
}
