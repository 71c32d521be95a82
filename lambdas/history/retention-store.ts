import type { AccountId, NamespaceId, Retention } from '@syncline/protocol';

/** Keeps what the owner of a namespace has said about its retention, in its head. */
export interface RetentionStore {
  /** False when the account does not own the namespace. Idempotent. Cost: one write. */
  setRetention(
    key: { readonly namespaceId: NamespaceId; readonly ownerAccountId: AccountId },
    retention: Retention,
  ): Promise<boolean>;
}
