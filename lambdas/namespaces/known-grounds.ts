import type { NamespaceId } from '@syncline/protocol';
import { KNOWN_GROUNDS_MAX } from './limits.ts';
import type { NamespaceHead } from './namespace-store.ts';

/** Where the rows of namespaces lie. It never changes, so what was learned once stays true; what is forgotten is read again. */
export class KnownGrounds {
  readonly #grounds = new Map<NamespaceId, NamespaceId>();

  known(namespaceId: NamespaceId): NamespaceId | undefined {
    return this.#grounds.get(namespaceId);
  }

  /** Takes it from the head, and answers it. */
  note({ namespaceId, groundId = namespaceId }: Pick<NamespaceHead, 'namespaceId' | 'groundId'>): NamespaceId {
    if (this.#grounds.size >= KNOWN_GROUNDS_MAX) this.#grounds.clear();
    this.#grounds.set(namespaceId, groundId);
    return groundId;
  }
}
