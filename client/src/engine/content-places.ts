import type { ContentHash, NodeId } from '@syncline/protocol';
import { CONTENT_PLACES_SPARE } from './limits.ts';
import type { SyncedNode, SyncedTree } from './trees.ts';

/**
 * Finds the synced file that has a content. Made when it is first asked, so that a device which fetches nothing pays nothing; from
 * then on a change costs what it touches. At most twice as many contents as there are synced nodes are remembered.
 */
export class ContentPlaces {
  readonly #synced: SyncedTree;
  /** One of the files that have a content, or had it. */
  #places: Map<ContentHash, NodeId> | undefined;

  constructor(synced: SyncedTree) {
    this.#synced = synced;
  }

  /** Takes over what was agreed on about a node. */
  note({ nodeId, contentHash }: Pick<SyncedNode, 'nodeId' | 'contentHash'>): void {
    if (this.#places === undefined || contentHash === undefined) return;
    if (this.#has(this.#places.get(contentHash), contentHash)) return;
    this.#places.set(contentHash, nodeId);
    // Contents that no file has any more are noticed only when they are asked for.
    if (this.#places.size > 2 * this.#synced.size + CONTENT_PLACES_SPARE) this.#places = undefined;
  }

  /** A synced file with this content; undefined when there is none. */
  find(contentHash: ContentHash): NodeId | undefined {
    this.#places ??= this.#all();
    const nodeId = this.#places.get(contentHash);
    if (nodeId === undefined || this.#has(nodeId, contentHash)) return nodeId;
    this.#places.delete(contentHash);
    // The file that was remembered has another content, or is gone. Another one may have this one, which is rare.
    for (const node of this.#synced.nodes()) {
      if (node.contentHash !== contentHash) continue;
      this.#places.set(contentHash, node.nodeId);
      return node.nodeId;
    }
    return undefined;
  }

  #has(nodeId: NodeId | undefined, contentHash: ContentHash): boolean {
    return nodeId !== undefined && this.#synced.get(nodeId)?.contentHash === contentHash;
  }

  #all(): Map<ContentHash, NodeId> {
    const places = new Map<ContentHash, NodeId>();
    for (const { nodeId, contentHash } of this.#synced.nodes()) {
      if (contentHash !== undefined) places.set(contentHash, nodeId);
    }
    return places;
  }
}
