import type { NamespaceHead } from './namespace-store.ts';

/** The head of a namespace in which nothing has happened. */
export function emptyHead(
  namespace: Pick<NamespaceHead, 'namespaceId' | 'ownerAccountId' | 'quotaBytes'>,
): NamespaceHead {
  return { ...namespace, seq: 0, epoch: 1, bytesLogical: 0, bytesRetained: 0 };
}
