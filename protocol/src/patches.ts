import * as z from 'zod/mini';
import { ChunkHash, NodeId } from './ids.ts';
import { PATCH_CHUNKS_MAX, PATCH_PARTS_MAX, REQUEST_BYTES_MAX } from './limits.ts';
import { RevisionNumber } from './nodes.ts';
import { ByteSpan } from './outlines.ts';
import { CheckChunksResponse } from './uploads.ts';

/** Bytes that the base does not have, in base64. */
export const PatchBytes = z.strictObject({
  bytes: z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(REQUEST_BYTES_MAX),
      z.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'bytes are written in base64'),
    ),
});
export type PatchBytes = z.infer<typeof PatchBytes>;

/** A piece of a chunk: bytes of the base from `start` to `end`, or bytes of its own. */
export const PatchPart = z.union([ByteSpan, PatchBytes]);
export type PatchPart = z.infer<typeof PatchPart>;

/** A chunk of the upload, as its parts one after the other. */
export const ChunkPatch = z.strictObject({
  hash: ChunkHash,
  parts: z.array(PatchPart).check(z.minLength(1), z.maxLength(PATCH_PARTS_MAX)),
});
export type ChunkPatch = z.infer<typeof ChunkPatch>;

/** `base`: a revision of a live file in the namespace of the upload. The chunks have at most PATCH_BYTES_MAX bytes together. */
export const PatchChunksRequest = z.strictObject({
  base: z.strictObject({ nodeId: NodeId, rev: RevisionNumber }),
  patches: z.array(ChunkPatch).check(z.minLength(1), z.maxLength(PATCH_CHUNKS_MAX)),
});
export type PatchChunksRequest = z.infer<typeof PatchChunksRequest>;

/** `held` are stored, pinned, and held by the account. `failed` did not come out as their names say, or are just being removed: PUT them. */
export const PatchChunksResponse = z.strictObject({
  held: z.array(ChunkHash),
  failed: z.array(ChunkHash),
  progress: CheckChunksResponse.shape.progress,
});
export type PatchChunksResponse = z.infer<typeof PatchChunksResponse>;
