import { type NamespaceId, type Node, type NodeId, rootNodeId } from '@syncline/protocol';

/** A folder is known by its namespace and its id: the root of a namespace has the id of the namespace. */
export interface KeptPlace {
  readonly namespaceId: NamespaceId;
  readonly folderId: NodeId;
}

/** What is available offline: what was marked, and all that lies below it, as it was last told. */
export interface KeptTree {
  /** Ids of what was marked by itself. */
  readonly marks: ReadonlySet<NodeId>;
  readonly nodes: ReadonlyMap<NodeId, Node>;
}

export interface KeptStep {
  readonly tree: KeptTree;
  /** Folders that came in from elsewhere: what lies in them has to be listed. */
  readonly toList: readonly KeptPlace[];
}

/** Where a folder's children stand: those of a mount in the namespace that is mounted. */
export function placeInside({ namespaceId, nodeId, mountedNamespaceId }: Node): KeptPlace {
  if (mountedNamespaceId === undefined) return { namespaceId, folderId: nodeId };
  return { namespaceId: mountedNamespaceId, folderId: rootNodeId(mountedNamespaceId) };
}

/**
 * The tree after nodes were seen as they are now. News that is older than what is there changes nothing. What came in is kept, what went elsewhere
 * or into the trash is not, with all below it.
 */
export function keepNodes({ marks, nodes }: KeptTree, seen: readonly Node[]): KeptStep {
  const next = new Map(nodes);
  const insides = new Set([...nodes.values()].filter(isFolder).map((node) => placeInside(node).folderId));
  const toList: KeptPlace[] = [];
  for (const node of seen) {
    const present = next.get(node.nodeId);
    if (present !== undefined && present.rev >= node.rev) continue;
    const isHere = node.deletedAt === undefined && (marks.has(node.nodeId) || insides.has(node.parentId));
    if (!isHere) {
      next.delete(node.nodeId);
      continue;
    }
    next.set(node.nodeId, node);
    if (present !== undefined || !isFolder(node)) continue;
    const inside = placeInside(node);
    insides.add(inside.folderId);
    toList.push(inside);
  }
  return { tree: { marks, nodes: reachable({ marks, nodes: next }) }, toList };
}

/** What a listing has found in a folder, and nothing else, stands in it. */
export function keepListing(tree: KeptTree, place: KeptPlace, listed: readonly Node[]): KeptStep {
  const found = new Set(listed.map(({ nodeId }) => nodeId));
  const nodes = new Map(tree.nodes);
  for (const { nodeId, parentId } of tree.nodes.values()) {
    if (parentId === place.folderId && !found.has(nodeId)) nodes.delete(nodeId);
  }
  return keepNodes({ marks: tree.marks, nodes }, listed);
}

function isFolder({ kind }: Node): boolean {
  return kind !== 'file';
}

function reachable({ marks, nodes }: KeptTree): ReadonlyMap<NodeId, Node> {
  const mounts = new Map<NodeId, Node>();
  for (const node of nodes.values()) if (node.kind === 'mount') mounts.set(placeInside(node).folderId, node);
  const known = new Map<NodeId, boolean>();
  const isReached = (node: Node | undefined): boolean => {
    if (node === undefined) return false;
    if (marks.has(node.nodeId)) return true;
    const cached = known.get(node.nodeId);
    if (cached !== undefined) return cached;
    // A circle of moves that were told in another order is reached by nothing.
    known.set(node.nodeId, false);
    const reached = isReached(nodes.get(node.parentId) ?? mounts.get(node.parentId));
    known.set(node.nodeId, reached);
    return reached;
  };
  return new Map([...nodes].filter(([, node]) => isReached(node)));
}
