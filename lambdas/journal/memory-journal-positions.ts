import type { NamespaceId } from '@syncline/protocol';
import { isBehind, type JournalPosition, type JournalPositions } from './journal-positions.ts';

/** Positions in the memory of one process. */
export class MemoryJournalPositions implements JournalPositions {
  readonly #positions = new Map<NamespaceId, JournalPosition>();

  async get(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    return this.#positions.get(namespaceId);
  }

  async advance(namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    if (isBehind(this.#positions.get(namespaceId), to)) this.#positions.set(namespaceId, to);
  }

  async set(namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    this.#positions.set(namespaceId, to);
  }
}
