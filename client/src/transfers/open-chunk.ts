import { type ChunkSource, isFrameOf } from '@syncline/protocol';
import { openFrame } from '#zstd';
import { hashChunk } from './hashing.ts';

/**
 * The bytes of a chunk from those that the store gave for it, opened where they are said to be compressed. Undefined when they are
 * not the chunk: whatever was told of them, only bytes that hash to its name are. Memory: the chunk's, however the bytes may swell.
 */
export async function openChunk(
  { hash, size, encoding }: Pick<ChunkSource, 'hash' | 'size' | 'encoding'>,
  given: Uint8Array,
): Promise<Uint8Array | undefined> {
  const bytes = encoding === undefined ? given : openZstd(given, size);
  return bytes?.length === size && (await hashChunk(bytes)) === hash ? bytes : undefined;
}

function openZstd(frame: Uint8Array, size: number): Uint8Array | undefined {
  return isFrameOf(size, frame) ? openFrame(frame, size) : undefined;
}
