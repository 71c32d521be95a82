import { epochMs, formatInstant, type NamespaceId, type Node, rootNodeId } from '@syncline/protocol';
import type { StoredNode } from './namespace-store.ts';

/** A node as callers see it: without what only conflict decisions need. */
export function toWireNode(stored: StoredNode): Node {
  const {
    contentClock: _clock,
    contentDeviceId: _deviceId,
    purgedAt: _purgedAt,
    freedSince: _since,
    freedBytes: _bytes,
    freeingLeft: _left,
    ...node
  } = stored;
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
