import type { NamespaceHead } from './namespace-store.ts';

/** The head of a shared folder, with the bytes and the quota of the home namespace on which they count. */
export function groundedHead(head: NamespaceHead, ground: NamespaceHead): NamespaceHead {
  const { bytesLogical, bytesRetained, bytesTrash, quotaBytes } = ground;
  return { ...head, bytesLogical, bytesRetained, quotaBytes, ...(bytesTrash === undefined ? {} : { bytesTrash }) };
}
