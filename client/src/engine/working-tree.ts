import type { NodeId } from '@syncline/protocol';
import type { Place, PlacedNode, TreeReader } from './node-tree.ts';

/**
 * A tree as it will stand after the steps planned so far. It lies over a tree that does not change, and keeps only the
 * differences. Names are those of the service, which tells them apart to the character.
 */
export class WorkingTree {
  readonly #base: TreeReader<PlacedNode>;
  readonly #rootId: NodeId;
  readonly #placed = new Map<NodeId, Place>();
  readonly #removed = new Set<NodeId>();
  readonly #vacated = new Set<string>();
  /** Who was put where, by the key of the place. */
  readonly #occupants = new Map<string, NodeId>();

  constructor(base: TreeReader<PlacedNode>, rootId: NodeId) {
    this.#base = base;
    this.#rootId = rootId;
  }

  placeOf(nodeId: NodeId): Place | undefined {
    if (this.#removed.has(nodeId)) return undefined;
    return this.#placed.get(nodeId) ?? this.#base.get(nodeId);
  }

  has(nodeId: NodeId): boolean {
    return nodeId === this.#rootId || this.placeOf(nodeId) !== undefined;
  }

  /** Who stands at a place. */
  at(place: Place): NodeId | undefined {
    const occupant = this.#occupants.get(placeKey(place));
    if (occupant !== undefined) return occupant;
    const node = this.#base.at(place);
    const isGone = node === undefined || this.#placed.has(node.nodeId) || this.#removed.has(node.nodeId);
    return isGone ? undefined : node.nodeId;
  }

  /** Whether somebody stood at the place and was moved or removed by a step of this plan. */
  wasVacated(place: Place): boolean {
    return this.#vacated.has(placeKey(place));
  }

  put(nodeId: NodeId, place: Place): void {
    this.#vacate(nodeId);
    this.#removed.delete(nodeId);
    this.#occupants.set(placeKey(place), nodeId);
    this.#placed.set(nodeId, place);
  }

  remove(nodeId: NodeId): void {
    this.#vacate(nodeId);
    this.#removed.add(nodeId);
  }

  /** From the folder of a node up to the root, as far as it goes; each once. */
  *foldersAbove(nodeId: NodeId): IterableIterator<NodeId> {
    const seen = new Set<NodeId>();
    for (let place = this.placeOf(nodeId); place !== undefined; place = this.placeOf(place.parentId)) {
      if (seen.has(place.parentId)) return;
      seen.add(place.parentId);
      yield place.parentId;
    }
  }

  isInside(nodeId: NodeId, folderId: NodeId): boolean {
    if (nodeId === folderId) return true;
    for (const above of this.foldersAbove(nodeId)) if (above === folderId) return true;
    return false;
  }

  #vacate(nodeId: NodeId): void {
    const place = this.placeOf(nodeId);
    if (place === undefined || this.at(place) !== nodeId) return;
    this.#occupants.delete(placeKey(place));
    this.#vacated.add(placeKey(place));
  }
}

function placeKey({ parentId, name }: Place): string {
  return `${parentId}/${name}`;
}
