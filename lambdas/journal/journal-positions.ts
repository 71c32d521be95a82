import type { NamespaceId } from '@syncline/protocol';

export interface JournalPosition {
  readonly epoch: number;
  readonly seq: number;
}

/** How far somebody has followed the journals of namespaces. */
export interface JournalPositions {
  /** Undefined when the journal was not followed at all. Strongly consistent. Cost: 1 read. */
  get(namespaceId: NamespaceId): Promise<JournalPosition | undefined>;

  /** Moves a position on; it never goes back within an epoch, nor to an earlier epoch. Cost: 1 write. */
  advance(namespaceId: NamespaceId, to: JournalPosition): Promise<void>;

  /** Puts a position there, be it back. Cost: 1 write. */
  set(namespaceId: NamespaceId, to: JournalPosition): Promise<void>;
}

/** Whether a position lies before another: an epoch that was begun later has its sequences anew. */
export function isBehind(position: JournalPosition | undefined, other: JournalPosition): boolean {
  if (position === undefined) return true;
  return position.epoch === other.epoch ? position.seq < other.seq : position.epoch < other.epoch;
}
