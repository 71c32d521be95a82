import type { ChunkRef, ContentHash } from '@syncline/protocol';
import { type ChunkPlace, FOUND_PLACES_MAX, type KnownManifests } from '../../client/src/transfers/known-manifests.ts';

/** Known manifests in memory, all of them. */
export class MemoryKnownManifests implements KnownManifests {
  readonly #places = new Map<string, ChunkPlace[]>();
  readonly #known = new Set<ContentHash>();

  note({ contentHash, chunks }: { readonly contentHash: ContentHash; readonly chunks: readonly ChunkRef[] }): void {
    if (chunks.length < 2 || this.#known.has(contentHash)) return;
    this.#known.add(contentHash);
    const places = new Map<string, ChunkPlace[]>();
    let start = 0;
    for (const { hash, size } of chunks) {
      places.set(hash, [...(places.get(hash) ?? []), { contentHash, start }]);
      start += size;
    }
    for (const [hash, found] of places) this.#places.set(hash, [...found, ...(this.#places.get(hash) ?? [])]);
  }

  find({ hash }: ChunkRef): readonly ChunkPlace[] {
    return (this.#places.get(hash) ?? []).slice(0, FOUND_PLACES_MAX);
  }
}
