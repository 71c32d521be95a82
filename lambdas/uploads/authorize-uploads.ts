import type { AccountId, NamespaceId, UploadFile } from '@syncline/protocol';
import type { Access, NamespaceStore } from '../namespaces/namespace-store.ts';
import { refuseViewer } from '../namespaces/refuse-viewer.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { type Refused, refused } from '../runtime/outcome.ts';
import { ACCESS_READS_IN_FLIGHT_MAX } from './limits.ts';

/**
 * Refuses files that the account may not put where they are meant for: namespaces that it does not see, or only sees, or
 * that have no room left for what they take more than the contents that they replace. Asked before a byte is sent; the commit asks again, and knows what
 * is replaced. Cost: one read a namespace.
 */
export async function authorizeUploads(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'readAccess'> },
  files: readonly Pick<UploadFile, 'namespaceId' | 'size' | 'replacedBytes'>[],
  accountId: AccountId,
): Promise<Refused | undefined> {
  const bytes = new Map<NamespaceId, number>();
  for (const { namespaceId, size, replacedBytes = 0 } of files) {
    bytes.set(namespaceId, (bytes.get(namespaceId) ?? 0) + Math.max(0, size - replacedBytes));
  }
  const refusals = await mapBounded(ACCESS_READS_IN_FLIGHT_MAX, [...bytes], async ([namespaceId, added]) =>
    refusalOf(await namespaces.readAccess({ namespaceId, accountId }), added),
  );
  return refusals.find((refusal) => refusal !== undefined);
}

function refusalOf(access: Access | undefined, added: number): Refused | undefined {
  if (access === undefined) return refused('not_found', 'there is no such namespace');
  if (access.role === 'viewer') return refuseViewer();
  const { bytesLogical: usedBytes, quotaBytes, groundId } = access.head;
  if (added === 0 || usedBytes + added <= quotaBytes) return undefined;
  const detail = 'these files do not fit into the quota: delete something, or ask for a larger quota';
  // How full the home is that a shared folder came from is for its owner alone.
  return groundId === undefined
    ? refused('quota_exceeded', detail, { usedBytes, quotaBytes })
    : refused('quota_exceeded', detail);
}
