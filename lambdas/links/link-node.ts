import type { LinkNode } from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';

/** A node as links show it. Named field by field: what nodes come to have is not shown because nobody thought of links. */
export function toLinkNode(node: StoredNode): LinkNode {
  const { nodeId, name, kind, size, contentHash, executable } = node;
  return {
    nodeId,
    name,
    kind,
    size,
    ...(contentHash === undefined ? {} : { contentHash }),
    ...(executable === undefined ? {} : { executable }),
    modifiedAt: node.clientModifiedAt ?? node.modifiedAt,
  };
}
