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

/** What a tree can be asked. */
export interface TreeReader<T extends PlacedNode> {
  get(nodeId: NodeId): T | undefined;
  has(nodeId: NodeId): boolean;
  at(place: Place): T | undefined;
  /** The nodes of a folder, in no particular order; none for a folder that is not known. */
  children(parentId: NodeId): Iterable<T>;
}

export interface NodeTreeOptions<T> {
  /** Told of every node that is set or removed. */
  readonly onTouch?: (nodeId: NodeId) => void;
  /** A second key that nodes can be found by; undefined for those that are not to be found so. Several may have the same. */
  readonly keyOf?: (node: T) => number | undefined;
}

/**
 * A tree of immutable nodes by id, with its folders' contents. The root folder is not stored: it is a `parentId` only.
 *
 * A tree may hold nodes whose parents it does not hold: they are unreachable from the root until the parent comes.
 * Every operation costs what it touches, never the size of the tree.
 */
export class NodeTree<T extends PlacedNode> implements TreeReader<T> {
  readonly #nodes = new Map<NodeId, T>();
  readonly #children = new Map<NodeId, Map<string, T | readonly T[]>>();
  /** One id, or several of the same key, which is rare. */
  readonly #keyed = new Map<number, NodeId | Set<NodeId>>();
  readonly #onTouch: (nodeId: NodeId) => void;
  readonly #keyOf: ((node: T) => number | undefined) | undefined;

  constructor(options: NodeTreeOptions<T> = {}) {
    this.#onTouch = options.onTouch ?? (() => undefined);
    this.#keyOf = options.keyOf;
  }

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

  /** Of several at one place, which a tree may hold for a moment, the one with the largest id: whatever the order was. */
  at(place: Place): T | undefined {
    const found = this.#children.get(place.parentId)?.get(place.name);
    return found !== undefined && isSeveral(found) ? found.at(-1) : found;
  }

  *children(parentId: NodeId): IterableIterator<T> {
    for (const found of this.#children.get(parentId)?.values() ?? []) {
      if (isSeveral(found)) yield* found;
      else yield found;
    }
  }

  /** The nodes with a second key. */
  *keyed(key: number): IterableIterator<T> {
    const found = this.#keyed.get(key);
    for (const nodeId of found === undefined ? [] : typeof found === 'string' ? [found] : found) {
      const node = this.#nodes.get(nodeId);
      if (node !== undefined) yield node;
    }
  }

  /** Adds many nodes and tells nobody of them. Precondition: none of them is in the tree. */
  fill(nodes: Iterable<T>): void {
    for (const node of nodes) {
      this.#nodes.set(node.nodeId, node);
      if (this.#keyOf !== undefined) this.#setKey(undefined, node);
      this.#place(node);
    }
  }

  /** Adds or replaces a node. */
  set(node: T): void {
    const before = this.#nodes.get(node.nodeId);
    if (before !== undefined && !samePlace(before, node)) this.#vacate(before);
    this.#nodes.set(node.nodeId, node);
    this.#setKey(before, node);
    this.#onTouch(node.nodeId);
    this.#place(node);
  }

  /** Removes one node. What stands below it stays, out of reach from the root. */
  remove(nodeId: NodeId): void {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) return;
    this.#vacate(node);
    this.#nodes.delete(nodeId);
    this.#setKey(node, undefined);
    this.#onTouch(nodeId);
  }

  /** The ids below a folder, parents first. The folder itself is not among them, and need not be in the tree. */
  *below(folderId: NodeId): IterableIterator<NodeId> {
    const folders = [folderId];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const { nodeId } of this.children(folder)) {
        yield nodeId;
        if (this.#children.has(nodeId)) folders.push(nodeId);
      }
    }
  }

  #place(node: T): void {
    const children = this.#children.get(node.parentId);
    if (children === undefined) {
      this.#children.set(node.parentId, new Map([[node.name, node]]));
      return;
    }
    const standing = children.get(node.name);
    const others = standing === undefined ? [] : withoutNode(standing, node.nodeId);
    if (others.length === 0) children.set(node.name, node);
    else
      children.set(
        node.name,
        [...others, node].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1)),
      );
  }

  #setKey(before: T | undefined, after: T | undefined): void {
    if (this.#keyOf === undefined) return;
    const old = before === undefined ? undefined : this.#keyOf(before);
    const key = after === undefined ? undefined : this.#keyOf(after);
    if (old === key) return;
    if (before !== undefined && old !== undefined) {
      const found = this.#keyed.get(old);
      if (typeof found === 'string' || found === undefined) this.#keyed.delete(old);
      else found.delete(before.nodeId);
    }
    if (after === undefined || key === undefined) return;
    const others = this.#keyed.get(key);
    if (others === undefined) this.#keyed.set(key, after.nodeId);
    else if (typeof others === 'string') this.#keyed.set(key, new Set([others, after.nodeId]));
    else others.add(after.nodeId);
  }

  #vacate(node: T): void {
    const children = this.#children.get(node.parentId);
    const standing = children?.get(node.name);
    if (children === undefined || standing === undefined) return;
    const [first, ...others] = withoutNode(standing, node.nodeId);
    if (first === undefined) children.delete(node.name);
    else children.set(node.name, others.length === 0 ? first : [first, ...others]);
    if (children.size === 0) this.#children.delete(node.parentId);
  }
}

function withoutNode<T extends PlacedNode>(found: T | readonly T[], nodeId: NodeId): readonly T[] {
  return (isSeveral(found) ? found : [found]).filter((node) => node.nodeId !== nodeId);
}

function isSeveral<T extends PlacedNode>(found: T | readonly T[]): found is readonly T[] {
  return Array.isArray(found);
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
