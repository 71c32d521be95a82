import type { NamespaceId } from '@syncline/protocol';
import { isBehind, type JournalPosition } from '../references/reference-store.ts';
import type { IndexProgress } from './index-progress.ts';

/** Positions in the memory of one process. */
export class MemoryIndexProgress implements IndexProgress {
  readonly #positions = new Map<NamespaceId, JournalPosition>();

  async get(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    return this.#positions.get(namespaceId);
  }

  async advance(namespaceId: NamespaceId, position: JournalPosition): Promise<void> {
    if (isBehind(this.#positions.get(namespaceId), position)) this.#positions.set(namespaceId, position);
  }
}
