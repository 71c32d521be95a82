import { epochMs, formatInstant, type NamespaceId, type Node, rootNodeId } from '@syncline/protocol';
import type { StoredNode } from './namespace-store.ts';

/**
 * A node as callers see it: without what only conflict decisions need. Member by member: commits and listings make hundreds of them, and rests of
 * objects would take a good part of their time.
 */
export function toWireNode(stored: StoredNode): Node {
  const { namespaceId, nodeId, parentId, name, kind, rev, contentRev, placeRev, size, modifiedAt } = stored;
  const { contentHash, mountedNamespaceId, executable, clientModifiedAt, deletedAt } = stored;
  const node: Node = { namespaceId, nodeId, parentId, name, kind, rev, contentRev, placeRev, size, modifiedAt };
  if (contentHash !== undefined) node.contentHash = contentHash;
  if (mountedNamespaceId !== undefined) node.mountedNamespaceId = mountedNamespaceId;
  if (executable !== undefined) node.executable = executable;
  if (clientModifiedAt !== undefined) node.clientModifiedAt = clientModifiedAt;
  if (deletedAt !== undefined) node.deletedAt = deletedAt;
  return node;
}

/** The root folder, which is never stored: it has the namespace's id, an empty name and itself as parent. */
export function rootNode(namespaceId: NamespaceId): Node {
  const nodeId = rootNodeId(namespaceId);
  return {
    namespaceId,
    nodeId,
    parentId: nodeId,
    name: '',
    kind: 'folder',
    rev: 1,
    contentRev: 0,
    placeRev: 1,
    size: 0,
    modifiedAt: formatInstant(epochMs(0)),
  };
}
