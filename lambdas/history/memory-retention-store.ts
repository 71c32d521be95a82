import type { AccountId, NamespaceId, Retention } from '@syncline/protocol';
import type { MemoryNamespaceStore } from '../namespaces/memory-namespace-store.ts';
import type { RetentionStore } from './retention-store.ts';

/** The retention of namespaces in the memory of one process. */
export class MemoryRetentionStore implements RetentionStore {
  readonly #namespaces: MemoryNamespaceStore;

  constructor(dependencies: { readonly namespaces: MemoryNamespaceStore }) {
    this.#namespaces = dependencies.namespaces;
  }

  async setRetention(
    { namespaceId, ownerAccountId }: { readonly namespaceId: NamespaceId; readonly ownerAccountId: AccountId },
    { days: retentionDays, thinning }: Retention,
  ): Promise<boolean> {
    if (this.#namespaces.head(namespaceId)?.ownerAccountId !== ownerAccountId) return false;
    this.#namespaces.changeHead(namespaceId, { retentionDays, thinning });
    return true;
  }
}
