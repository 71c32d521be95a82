import { type LinkNode, NodeId, rootNodeId } from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import type { StoredLink } from './link-store.ts';

/** A node as links show it. Named field by field: what nodes come to have is not shown because nobody thought of links. */
export function toLinkNode(link: StoredLink, node: StoredNode): LinkNode {
  const { nodeId, name, kind, size, contentHash, executable } = node;
  return {
    nodeId: nodeId === rootNodeId(link.namespaceId) ? rootAlias(link) : nodeId,
    name,
    kind,
    size,
    ...(contentHash === undefined ? {} : { contentHash }),
    ...(executable === undefined ? {} : { executable }),
    modifiedAt: node.clientModifiedAt ?? node.modifiedAt,
  };
}

/** By which id visitors know a root: that of the link, because its own is the id of the namespace. */
export function rootAlias({ linkId }: StoredLink): NodeId {
  return NodeId.parse(linkId);
}
