import { epochMs, formatInstant, JOURNAL_RETENTION_MS, type NodeId, type OpId } from '@syncline/protocol';
import type {
  JournalEntry,
  NamespaceTransaction,
  Place,
  StoredNode,
  StoredRevision,
  TrashChange,
} from '../namespaces/namespace-store.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { Remainder } from '../remainders/remainder.ts';
import { type Author, type NodeChange, wasBefore } from './node-change.ts';

/** What a view has changed and not committed yet. */
export interface NamespaceWrites {
  readonly entries: JournalEntry[];
  readonly nodes: Map<NodeId, StoredNode>;
  readonly places: Map<string, { readonly place: Place; readonly nodeId?: NodeId }>;
  readonly revisions: StoredRevision[];
  readonly trash: Map<string, TrashChange>;
  readonly doomed: Set<NodeId>;
  readonly results: NamespaceTransaction['results'][number][];
  /** The items that hold these, by their keys. */
  readonly resultItems: Set<string>;
  bytesLogicalDelta: number;
  bytesRetainedDelta: number;
  bytesTrashDelta: number;
  /** Of the logical ones, those that are only counted as present again until that is found out anew. */
  bytesReturned: number;
  readonly freeing: Map<NodeId, Remainder>;
}

export function newWrites(): NamespaceWrites {
  return {
    entries: [],
    nodes: new Map(),
    places: new Map(),
    revisions: [],
    trash: new Map(),
    doomed: new Set(),
    results: [],
    resultItems: new Set(),
    bytesLogicalDelta: 0,
    bytesRetainedDelta: 0,
    bytesTrashDelta: 0,
    bytesReturned: 0,
    freeing: new Map(),
  };
}

/** The entry of the journal that tells of a change. */
export function entryOf(
  author: Author,
  made: { readonly seq: number; readonly opId: OpId; readonly change: NodeChange },
): JournalEntry {
  const was = wasBefore(made.change);
  const { requestId } = author.caller;
  return {
    ...(was === undefined ? {} : { was }),
    namespaceId: author.namespaceId,
    seq: made.seq,
    type: made.change.type,
    node: toWireNode(made.change.after),
    deviceId: author.caller.device.deviceId,
    changedAt: formatInstant(author.now),
    accountId: author.caller.accountId,
    opId: made.opId,
    expiresAt: epochMs(author.now + JOURNAL_RETENTION_MS),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
