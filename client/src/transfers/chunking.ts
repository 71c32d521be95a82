import type { ChunkingStrategy } from '@syncline/protocol';
import { assert, FIXED_CHUNK_BYTES } from '@syncline/protocol';

/** How this client cuts files. */
export const CHUNKING: ChunkingStrategy = 'fixed-4m';

/** A chunk's place in its file, in bytes; `end` is exclusive. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** Number of chunks of a file of `size` bytes. An empty file has none. */
export function chunkCount(size: number): number {
  return Math.ceil(size / FIXED_CHUNK_BYTES);
}

/** Bytes of the chunk at `index`: all chunks have FIXED_CHUNK_BYTES, the last one what is left. */
export function chunkRange(size: number, index: number): ChunkRange {
  assert(Number.isSafeInteger(index) && index >= 0 && index < chunkCount(size), 'a chunk lies inside its file');
  const start = index * FIXED_CHUNK_BYTES;
  return { start, end: Math.min(size, start + FIXED_CHUNK_BYTES) };
}
