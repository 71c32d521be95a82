import type { ContentHash, NamespaceId, NodeId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, hashAttribute, hashOf, toAttributes } from '../runtime/dynamodb-attributes.ts';
import type { ItemKey } from '../runtime/dynamodb-batches.ts';
import { nodePartition } from './dynamodb-node-item.ts';
import type { StoredRevision } from './namespace-store.ts';

/** Digits of a revision number in a sort key: enough for a change a second over 300 years. */
const REV_DIGITS = 10;

/** Sort keys of contents begin with it; the number follows. */
export const REVISION_PREFIX = 'rev#';

/** A content stands beside its node, in the table Files, in the order of the revision numbers. */
export function revisionKey(key: {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev: number;
}): ItemKey {
  return { pk: nodePartition(key.namespaceId, key.nodeId), sk: revisionSortKey(key.rev) };
}

export function revisionSortKey(rev: number): string {
  return `${REVISION_PREFIX}${String(rev).padStart(REV_DIGITS, '0')}`;
}

export function revisionAttributes(revision: StoredRevision): Item {
  const inKey = { namespaceId: undefined, nodeId: undefined };
  return toAttributes({ ...revision, ...inKey, contentHash: hashAttribute(revision.contentHash) });
}

export function revisionOf(
  key: { readonly namespaceId: NamespaceId; readonly nodeId: NodeId },
  item: Item,
): StoredRevision {
  const { pk: _pk, sk: _sk, contentHash, ...rest } = fromAttributes(item) as RevisionRow;
  const { namespaceId, nodeId } = key;
  return { ...rest, namespaceId, nodeId, contentHash: hashOf(contentHash) as ContentHash };
}

type RevisionRow = Omit<StoredRevision, 'namespaceId' | 'nodeId' | 'contentHash'> &
  ItemKey & { readonly contentHash: Uint8Array };
