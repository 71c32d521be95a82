import * as z from 'zod/mini';
import { PACK_MEMBER_BYTES_MAX } from './limits.ts';

/** How bytes lie that do not lie as they are. `zstd`: as one frame in the form that zstd-frame.ts asks for. */
export const ChunkEncoding = z.enum(['zstd']);
export type ChunkEncoding = z.infer<typeof ChunkEncoding>;

/** How a chunk lies in a pack when it does not lie as it is: in how many bytes, which are fewer than its own. */
export const StoredForm = z.strictObject({
  size: z.int().check(z.minimum(1), z.maximum(PACK_MEMBER_BYTES_MAX)),
  encoding: ChunkEncoding,
});
export type StoredForm = z.infer<typeof StoredForm>;

/** Bytes that a chunk takes where it lies. */
export function storedLength(chunk: { readonly size: number; readonly stored?: StoredForm | undefined }): number {
  return chunk.stored?.size ?? chunk.size;
}
