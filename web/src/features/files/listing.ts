import type { NamespaceId, Node, NodeId } from '@syncline/protocol';

/** What stands in one folder, as far as it was read. */
export interface Listing {
  readonly nodes: ReadonlyMap<NodeId, Node>;
  /** Otherwise more pages are on their way. */
  readonly isComplete: boolean;
  /** Only what is available offline is shown: there is no network. */
  readonly isPartial?: boolean;
}

/** A folder is known by its namespace and its id: the root of a namespace has the id of the namespace. */
export interface FolderPlace {
  readonly namespaceId: NamespaceId;
  readonly folderId: NodeId;
}

/**
 * The listing after nodes were seen as they are now: in it, put elsewhere, or deleted. News that is older than what is there changes
 * nothing, so it may come twice and in any order. The same listing when nothing is different.
 */
export function applyNodes(place: FolderPlace, listing: Listing, seen: readonly Node[]): Listing {
  let nodes: Map<NodeId, Node> | undefined;
  for (const node of seen) {
    if (node.namespaceId !== place.namespaceId) continue;
    const present = (nodes ?? listing.nodes).get(node.nodeId);
    if (present !== undefined && present.rev >= node.rev) continue;
    const isHere = node.parentId === place.folderId && node.deletedAt === undefined && node.nodeId !== place.folderId;
    if (!isHere && present === undefined) continue;
    nodes ??= new Map(listing.nodes);
    if (isHere) nodes.set(node.nodeId, node);
    else nodes.delete(node.nodeId);
  }
  return nodes === undefined ? listing : { ...listing, nodes };
}
