import type { NodeId } from '@syncline/protocol';

/** Where a node stands: in which folder, under which name. */
export interface Place {
  readonly parentId: NodeId;
  readonly name: string;
}

export interface PlacedNode extends Place {
  readonly nodeId: NodeId;
}

export function samePlace(a: Place, b: Place): boolean {
  return a.parentId === b.parentId && a.name === b.name;
}

/**
 * A tree of immutable nodes by id, with its folders' contents. The root folder is not stored: it is a `parentId` only.
 *
 * A tree may hold nodes whose parents it does not hold: they are unreachable from the root until the parent comes.
 * Every operation costs what it touches, never the size of the tree.
 */
export class NodeTree<T extends PlacedNode> {
  readonly #nodes = new Map<NodeId, T>();
  readonly #children = new Map<NodeId, Map<string, NodeId>>();

  get size(): number {
    return this.#nodes.size;
  }

  get(nodeId: NodeId): T | undefined {
    return this.#nodes.get(nodeId);
  }

  has(nodeId: NodeId): boolean {
    return this.#nodes.has(nodeId);
  }

  nodes(): IterableIterator<T> {
    return this.#nodes.values();
  }

  /** The child with exactly this name. */
  at(place: Place): T | undefined {
    const nodeId = this.#children.get(place.parentId)?.get(place.name);
    return nodeId === undefined ? undefined : this.#nodes.get(nodeId);
  }

  /** The nodes of a folder, in no particular order; none for a folder that is not known. */
  *children(parentId: NodeId): IterableIterator<T> {
    for (const nodeId of this.#children.get(parentId)?.values() ?? []) {
      const node = this.#nodes.get(nodeId);
      if (node !== undefined) yield node;
    }
  }

  /** A tree of its own with the same nodes. Costs the size of the tree. */
  copy(): NodeTree<T> {
    const copy = new NodeTree<T>();
    for (const node of this.#nodes.values()) copy.set(node);
    return copy;
  }

  /** Adds or replaces a node. Of two nodes at one place the later is the one that `at` and `children` tell. */
  set(node: T): void {
    const before = this.#nodes.get(node.nodeId);
    if (before !== undefined && !samePlace(before, node)) this.#vacate(before);
    this.#nodes.set(node.nodeId, node);
    let children = this.#children.get(node.parentId);
    if (children === undefined) {
      children = new Map<string, NodeId>();
      this.#children.set(node.parentId, children);
    }
    children.set(node.name, node.nodeId);
  }

  /** Removes one node. What stands below it stays, out of reach from the root. */
  remove(nodeId: NodeId): void {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) return;
    this.#vacate(node);
    this.#nodes.delete(nodeId);
  }

  /** The ids below a folder, parents first. The folder itself is not among them, and need not be in the tree. */
  *below(folderId: NodeId): IterableIterator<NodeId> {
    const folders = [folderId];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const nodeId of this.#children.get(folder)?.values() ?? []) {
        yield nodeId;
        if (this.#children.has(nodeId)) folders.push(nodeId);
      }
    }
  }

  #vacate(node: T): void {
    const children = this.#children.get(node.parentId);
    if (children?.get(node.name) !== node.nodeId) return;
    children.delete(node.name);
    if (children.size === 0) this.#children.delete(node.parentId);
  }
}

/** Names from the root to a node, or undefined when it cannot be reached from the root. */
export function pathNames(
  tree: { get(nodeId: NodeId): PlacedNode | undefined },
  rootId: NodeId,
  nodeId: NodeId,
): readonly string[] | undefined {
  const names: string[] = [];
  const seen = new Set<NodeId>();
  for (let current = nodeId; current !== rootId; ) {
    const node = tree.get(current);
    if (node === undefined || seen.has(current)) return undefined;
    seen.add(current);
    names.push(node.name);
    current = node.parentId;
  }
  return names.toReversed();
}
