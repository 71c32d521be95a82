import type { ChunkRef, ContentHash } from '@syncline/protocol';

/**
 * Remembers of what chunks contents consist that are on this disk, or were: where bytes may be found that somebody else has put into
 * another file, or left in it. It only saves transfers: what it answers may be wrong or out of date, and each may be forgotten.
 */
export interface KnownManifests {
  /** Takes note of a content. One of a single chunk is not kept: it is found by its own name. */
  note(content: { readonly contentHash: ContentHash; readonly chunks: readonly ChunkRef[] }): void;
  /** Where a chunk stands, the contents that were noted last first; at most FOUND_PLACES_MAX places. */
  find(chunk: ChunkRef): readonly ChunkPlace[];
}

/** A chunk's place in a content; `start` in bytes. */
export interface ChunkPlace {
  readonly contentHash: ContentHash;
  readonly start: number;
}

/** Places of one chunk that are worth a try. */
export const FOUND_PLACES_MAX = 4;
