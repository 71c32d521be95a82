import type { NodeId } from '@syncline/protocol';
import type { Place, PlacedNode, TreeReader } from './node-tree.ts';

/**
 * A tree as it will stand after the steps planned so far. It lies over a tree that does not change, and keeps only the
 * differences and the folders that were asked about. `keyOf` says which names are the same name on this side.
 */
export class WorkingTree {
  readonly #base: TreeReader<PlacedNode>;
  readonly #rootId: NodeId;
  readonly #keyOf: (name: string) => string;
  readonly #placed = new Map<NodeId, Place>();
  readonly #removed = new Set<NodeId>();
  readonly #vacated = new Set<string>();
  /** Folders that were asked about: who stands there, by name key. */
  readonly #folders = new Map<NodeId, Map<string, NodeId>>();

  constructor(
    base: TreeReader<PlacedNode>,
    rules: { readonly rootId: NodeId; readonly keyOf: (name: string) => string },
  ) {
    this.#base = base;
    this.#rootId = rules.rootId;
    this.#keyOf = rules.keyOf;
  }

  placeOf(nodeId: NodeId): Place | undefined {
    if (this.#removed.has(nodeId)) return undefined;
    return this.#placed.get(nodeId) ?? this.#base.get(nodeId);
  }

  has(nodeId: NodeId): boolean {
    return nodeId === this.#rootId || this.placeOf(nodeId) !== undefined;
  }

  /** Who stands at a place, under this name or one that counts as the same. */
  at(place: Place): NodeId | undefined {
    return this.#folder(place.parentId).get(this.#keyOf(place.name));
  }

  /** Whether somebody stood at the place and was moved or removed by a step of this plan. */
  wasVacated(place: Place): boolean {
    return this.#vacated.has(this.#placeKey(place));
  }

  put(nodeId: NodeId, place: Place): void {
    this.#vacate(nodeId);
    this.#removed.delete(nodeId);
    this.#folder(place.parentId).set(this.#keyOf(place.name), nodeId);
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
    if (place === undefined) return;
    const folder = this.#folder(place.parentId);
    const key = this.#keyOf(place.name);
    if (folder.get(key) !== nodeId) return;
    folder.delete(key);
    this.#vacated.add(this.#placeKey(place));
  }

  #placeKey(place: Place): string {
    return `${place.parentId}/${this.#keyOf(place.name)}`;
  }

  #folder(folderId: NodeId): Map<string, NodeId> {
    let folder = this.#folders.get(folderId);
    if (folder === undefined) {
      folder = new Map();
      for (const child of this.#base.children(folderId)) {
        if (!this.#placed.has(child.nodeId) && !this.#removed.has(child.nodeId)) {
          folder.set(this.#keyOf(child.name), child.nodeId);
        }
      }
      this.#folders.set(folderId, folder);
    }
    return folder;
  }
}
