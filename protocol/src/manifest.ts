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

/**
 * How a file was cut. It stands beside the manifest, not in it: content is named by its chunks alone. What each one means stands in
 * chunking.ts, and never changes: another way to cut is another strategy.
 */
export const ChunkingStrategy = z.enum(['fixed-4m', 'cdc-1m-v1', 'cdc-4m-v1']);
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
  let end = 0;
  for (const { hash, size } of chunks) {
    for (let digit = 0; digit < 2 * HASH_BYTES; digit += 2) {
      packed[end++] = 16 * digitAt(hash, digit) + digitAt(hash, digit + 1);
    }
    for (let bits = 24; bits >= 0; bits -= 8) packed[end++] = size >>> bits;
  }
  return packed;
}

/** @throws InvariantError when `packed` is not a packed manifest: stored bytes that are damaged. */
export function unpackManifest(packed: Uint8Array): readonly ChunkRef[] {
  const chunks: ChunkRef[] = [];
  for (let index = 0; index < packedLength(packed); index++) chunks.push(packedChunk(packed, index));
  return chunks;
}

/** Number of chunks of a packed manifest. @throws InvariantError when it is damaged. */
export function packedLength(packed: Uint8Array): number {
  assert(packed.length % PACKED_ENTRY_BYTES === 0, 'a packed manifest is whole entries');
  return packed.length / PACKED_ENTRY_BYTES;
}

/** One chunk of a packed manifest, without unpacking the others. @throws InvariantError when there is none, or it is damaged. */
export function packedChunk(packed: Uint8Array, index: number): ChunkRef {
  const start = index * PACKED_ENTRY_BYTES;
  let hash = '';
  for (let byte = 0; byte < HASH_BYTES; byte++) hash += HEX[packed[start + byte] ?? 0] ?? '';
  return { hash: hash as ChunkHash, size: packedSize(packed, index) };
}

/** Bytes of one chunk of a packed manifest. @throws as packedChunk. */
export function packedSize(packed: Uint8Array, index: number): number {
  const at = index * PACKED_ENTRY_BYTES + HASH_BYTES;
  assert(index >= 0 && at + SIZE_BYTES <= packed.length, 'a chunk stands in its manifest');
  const high = (packed[at] ?? 0) * 0x1000000 + (packed[at + 1] ?? 0) * 0x10000;
  const size = high + (packed[at + 2] ?? 0) * 0x100 + (packed[at + 3] ?? 0);
  assert(size >= 1 && size <= CHUNK_BYTES_MAX, 'a stored chunk length is within its limits');
  return size;
}

const HASH_BYTES = 32;
const SIZE_BYTES = PACKED_ENTRY_BYTES - HASH_BYTES;
const HEX: readonly string[] = Array.from({ length: 256 }, (_none, byte) => byte.toString(16).padStart(2, '0'));

/** The value of a lowercase hexadecimal digit. */
function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < CODE_OF_A ? code - CODE_OF_0 : code - CODE_OF_A + 10;
}

const CODE_OF_0 = 0x30;
const CODE_OF_A = 0x61;

/** Sum of the chunk lengths, in bytes. */
export function manifestSize(chunks: readonly ChunkRef[]): number {
  let size = 0;
  for (const chunk of chunks) size += chunk.size;
  assert(size <= FILE_BYTES_MAX + CHUNK_BYTES_MAX * FILE_CHUNKS_MAX, 'a sum of bounded lengths is bounded');
  return size;
}
