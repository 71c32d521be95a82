import * as z from 'zod/mini';
import { assert } from './assert.ts';
import { ChunkHash } from './ids.ts';
import { CHUNK_BYTES_MAX, FILE_BYTES_MAX, FILE_CHUNKS_MAX } from './limits.ts';

/** One chunk of a file: its name and its length in bytes. */
export const ChunkRef = z.strictObject({
  hash: ChunkHash,
  size: z.int().check(z.minimum(1), z.maximum(CHUNK_BYTES_MAX)),
});
export type ChunkRef = z.infer<typeof ChunkRef>;

/** How a file was cut. It stands beside the manifest, not in it: content is named by its chunks alone. */
export const ChunkingStrategy = z.enum(['fixed-4m']);
export type ChunkingStrategy = z.infer<typeof ChunkingStrategy>;

/** Bytes of one packed entry: 32 of hash, 4 of length. */
export const PACKED_ENTRY_BYTES = 36;

/**
 * Packs a manifest: for each chunk its 32 hash bytes and its length as an unsigned 32-bit big-endian number.
 * The SHA-256 of the packed form is the file's `contentHash`; an empty file's is the hash of no bytes.
 */
export function packManifest(chunks: readonly ChunkRef[]): Uint8Array<ArrayBuffer> {
  assert(chunks.length <= FILE_CHUNKS_MAX, 'a manifest has a limit');
  const packed = new Uint8Array(chunks.length * PACKED_ENTRY_BYTES);
  const view = new DataView(packed.buffer);
  chunks.forEach((chunk, index) => {
    const start = index * PACKED_ENTRY_BYTES;
    for (let byte = 0; byte < 32; byte++) {
      packed[start + byte] = Number.parseInt(chunk.hash.slice(byte * 2, byte * 2 + 2), 16);
    }
    view.setUint32(start + 32, chunk.size);
  });
  return packed;
}

/** @throws InvariantError when `packed` is not a packed manifest: stored bytes that are damaged. */
export function unpackManifest(packed: Uint8Array): readonly ChunkRef[] {
  assert(packed.length % PACKED_ENTRY_BYTES === 0, 'a packed manifest is whole entries');
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const chunks: ChunkRef[] = [];
  for (let start = 0; start < packed.length; start += PACKED_ENTRY_BYTES) {
    let hash = '';
    for (let byte = 0; byte < 32; byte++) hash += (packed[start + byte] ?? 0).toString(16).padStart(2, '0');
    const size = view.getUint32(start + 32);
    assert(size >= 1 && size <= CHUNK_BYTES_MAX, 'a stored chunk length is within its limits');
    chunks.push({ hash: hash as ChunkHash, size });
  }
  return chunks;
}

/** Sum of the chunk lengths, in bytes. */
export function manifestSize(chunks: readonly ChunkRef[]): number {
  let size = 0;
  for (const chunk of chunks) size += chunk.size;
  assert(size <= FILE_BYTES_MAX + CHUNK_BYTES_MAX * FILE_CHUNKS_MAX, 'a sum of bounded lengths is bounded');
  return size;
}
