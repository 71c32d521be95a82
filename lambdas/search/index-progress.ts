import type { NamespaceId } from '@syncline/protocol';
import type { JournalPosition } from '../references/reference-store.ts';

/** Up to where the journal of each namespace is in the index. */
export interface IndexProgress {
  get(namespaceId: NamespaceId): Promise<JournalPosition | undefined>;
  /** Never goes back. */
  advance(namespaceId: NamespaceId, position: JournalPosition): Promise<void>;
}
