import type { NamespaceId, RouteResponse, SharedFolder } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Caller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { FOLDER_READS_IN_FLIGHT_MAX } from './limits.ts';

/** The shared folders that are mounted in the caller's tree. Cost: one Query, and a read a folder. */
export async function listFolders(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'listMounts' | 'readAccess'> },
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'listNamespaces'>>> {
  const mounts = await namespaces.listMounts(accountId);
  const folders: SharedFolder[] = [];
  const unmounted: NamespaceId[] = [];
  const accesses = await mapBounded(FOLDER_READS_IN_FLIGHT_MAX, mounts, ({ namespaceId }) =>
    namespaces.readAccess({ namespaceId, accountId }),
  );
  for (const [index, { namespaceId, nodeId }] of mounts.entries()) {
    const access = accesses[index];
    if (access === undefined) {
      unmounted.push(namespaceId);
      continue;
    }
    const { name = '', ownerAccountId, memberCount = 1 } = access.head;
    folders.push({ namespaceId, name, role: access.role, ownerAccountId, memberCount, mountId: nodeId });
  }
  return done({ folders, unmounted });
}
