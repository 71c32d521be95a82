import type { FoundedNamespace } from '../sharing/sharing-change.ts';
import type { NamespaceHead } from './namespace-store.ts';

/** The head of a namespace in which nothing has happened. */
export function emptyHead(
  namespace: Pick<NamespaceHead, 'namespaceId' | 'ownerAccountId' | 'quotaBytes'>,
): NamespaceHead {
  return { ...namespace, seq: 0, epoch: 1, bytesLogical: 0, bytesRetained: 0 };
}

/** The head of a folder that has just become a namespace. What it holds is counted on its ground, quota and all. */
export function sharedHead(founded: FoundedNamespace): NamespaceHead {
  const { namespaceId, ownerAccountId, ...rest } = founded;
  return { ...emptyHead({ namespaceId, ownerAccountId, quotaBytes: 0 }), ...rest, memberCount: 1 };
}
