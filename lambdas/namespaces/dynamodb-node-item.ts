import { assert, type ContentHash, type NamespaceId, type NodeId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, hashAttribute, hashOf, toAttributes } from '../runtime/dynamodb-attributes.ts';
import type { ItemKey } from '../runtime/dynamodb-batches.ts';
import type { Place, StoredNode } from './namespace-store.ts';

/**
 * A node stands twice in the table Files: under its id, and (while it lives) under its place, so that a folder's
 * listing is one Query. Both are at most 1 KiB, one write unit, whatever the name.
 */
export function nodeKey(namespaceId: NamespaceId, nodeId: NodeId): ItemKey {
  return { pk: nodePartition(namespaceId, nodeId), sk: 'node' };
}

export function nodePartition(namespaceId: NamespaceId, nodeId: NodeId): string {
  return `node#${namespaceId}#${nodeId}`;
}

/** Whose partition it is: the ground of the node, and its id. */
export function nodeNameOf(partition: string): { readonly namespaceId: NamespaceId; readonly nodeId: NodeId } {
  const [kind, namespaceId, nodeId] = partition.split('#');
  assert(kind === 'node' && namespaceId !== undefined && nodeId !== undefined, 'contents lie in partitions of nodes');
  return { namespaceId: namespaceId as NamespaceId, nodeId: nodeId as NodeId };
}

export function placeItemKey(namespaceId: NamespaceId, place: Place): ItemKey {
  return { pk: folderPartition(namespaceId, place.parentId), sk: `${PLACE_PREFIX}${place.nameKey}` };
}

export function folderPartition(namespaceId: NamespaceId, parentId: NodeId): string {
  return `dir#${namespaceId}#${parentId}`;
}

/** Sort keys of places begin with it; the name key follows. */
export const PLACE_PREFIX = 'name#';

/** The namespace is part of the key; everything else is an attribute of the same name. */
export function nodeAttributes(node: StoredNode): Item {
  return toAttributes({ ...node, namespaceId: undefined, contentHash: hashAttribute(node.contentHash) });
}

export function nodeOf(namespaceId: NamespaceId, item: Item): StoredNode {
  const { pk: _pk, sk: _sk, contentHash, ...row } = fromAttributes(item) as NodeRow & ItemKey;
  const node = { ...row, namespaceId } as Omit<StoredNode, 'contentHash'>;
  return contentHash === undefined ? node : { ...node, contentHash: hashOf(contentHash) as ContentHash };
}

/** A node as the values of attributes. */
type NodeRow = Omit<StoredNode, 'namespaceId' | 'contentHash'> & { readonly contentHash?: Uint8Array };
