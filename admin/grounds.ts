import type { NamespaceId } from '@syncline/protocol';
import type { NamespaceStore } from '../lambdas/namespaces/namespace-store.ts';
import { SCAN_PAGES_MAX } from './limits.ts';

/** Under which namespace the rows of shared folders lie. Memory: the ids of all shared folders. */
export class Grounds {
  readonly #namespaces: Pick<NamespaceStore, 'listNamespaces'>;
  readonly #grounds = new Map<NamespaceId, NamespaceId>();
  readonly #shared = new Map<NamespaceId, Set<NamespaceId>>();

  constructor(dependencies: { readonly namespaces: Pick<NamespaceStore, 'listNamespaces'> }) {
    this.#namespaces = dependencies.namespaces;
  }

  /** Learns of folders that were shared since. Cost: a scan of the table Accounts. */
  async refresh(): Promise<void> {
    let after: string | undefined;
    for (let page = 0; page < SCAN_PAGES_MAX; page++) {
      const { heads, next } = await this.#namespaces.listNamespaces(after);
      for (const { namespaceId, groundId } of heads) {
        if (groundId === undefined) continue;
        this.#grounds.set(namespaceId, groundId);
        const shared = this.#shared.get(groundId) ?? new Set<NamespaceId>();
        this.#shared.set(groundId, shared.add(namespaceId));
      }
      if (next === undefined) return;
      after = next;
    }
  }

  groundOf(namespaceId: NamespaceId): NamespaceId {
    return this.#grounds.get(namespaceId) ?? namespaceId;
  }

  /** A home namespace and the shared folders whose rows lie under its id. */
  group(groundId: NamespaceId): readonly NamespaceId[] {
    return [groundId, ...(this.#shared.get(groundId) ?? [])];
  }
}
