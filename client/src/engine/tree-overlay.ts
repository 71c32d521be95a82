import type { NodeId } from '@syncline/protocol';
import type { Place, PlacedNode, TreeReader } from './node-tree.ts';

/** A tree that differs from another one in a few nodes, and leaves that one as it is. Costs the differences. */
export class TreeOverlay<T extends PlacedNode> implements TreeReader<T> {
  readonly #base: TreeReader<T>;
  readonly #changed = new Map<NodeId, T | undefined>();
  /** Changed nodes by the folder that they stand in. */
  readonly #added = new Map<NodeId, Map<string, NodeId>>();

  constructor(base: TreeReader<T>) {
    this.#base = base;
  }

  get(nodeId: NodeId): T | undefined {
    return this.#changed.has(nodeId) ? this.#changed.get(nodeId) : this.#base.get(nodeId);
  }

  has(nodeId: NodeId): boolean {
    return this.get(nodeId) !== undefined;
  }

  at(place: Place): T | undefined {
    const added = this.#added.get(place.parentId)?.get(place.name);
    if (added !== undefined) return this.#changed.get(added);
    const node = this.#base.at(place);
    return node === undefined || this.#changed.has(node.nodeId) ? undefined : node;
  }

  *children(parentId: NodeId): IterableIterator<T> {
    for (const node of this.#base.children(parentId)) if (!this.#changed.has(node.nodeId)) yield node;
    for (const nodeId of this.#added.get(parentId)?.values() ?? []) {
      const node = this.#changed.get(nodeId);
      if (node !== undefined) yield node;
    }
  }

  set(node: T): void {
    this.#vacate(node.nodeId);
    this.#changed.set(node.nodeId, node);
    let added = this.#added.get(node.parentId);
    if (added === undefined) {
      added = new Map<string, NodeId>();
      this.#added.set(node.parentId, added);
    }
    added.set(node.name, node.nodeId);
  }

  remove(nodeId: NodeId): void {
    this.#vacate(nodeId);
    this.#changed.set(nodeId, undefined);
  }

  #vacate(nodeId: NodeId): void {
    const before = this.#changed.get(nodeId);
    if (before === undefined) return;
    const added = this.#added.get(before.parentId);
    const standing = added?.get(before.name);
    if (standing === nodeId) added?.delete(before.name);
  }
}
