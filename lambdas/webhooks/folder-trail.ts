import type { ChangeType, NamespaceId, NodeId, NodeKind } from '@syncline/protocol';
import type { EntryPage } from '../namespaces/namespace-store.ts';

/**
 * What has to be known of a namespace to tell whether something has changed below a folder: which node each entry is about and where that was, and where
 * folders are. It has no names, for who speaks to servers of others. Strongly consistent.
 */
export interface FolderTrail {
  /** Steps with `seq` above `after`, as NamespaceStore.listEntries has entries. Cost: one Query per 1 MB. */
  listSteps(page: EntryPage): Promise<readonly TrailStep[]>;

  /** The folders that exist (live or deleted), by id. At most NODE_KEYS_MAX ids. Cost: one GetItem for each. */
  getFolders(namespaceId: NamespaceId, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, TrailFolder>>;
}

/** An entry of the journal. */
export interface TrailStep {
  readonly seq: number;
  readonly type: ChangeType;
  readonly nodeId: NodeId;
  /** After it. */
  readonly parentId: NodeId;
  /** Before it, when it was another. */
  readonly wasParentId?: NodeId;
}

export interface TrailFolder {
  readonly parentId: NodeId;
  readonly kind: NodeKind;
  /** In the trash by itself. */
  readonly isDeleted: boolean;
  /** Gone for good. */
  readonly isPurged: boolean;
}
