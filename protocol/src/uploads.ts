import * as z from 'zod/mini';
import { ChunkHash, ContentHash, NamespaceId, UploadId } from './ids.ts';
import {
  CHECK_HASHES_MAX,
  CHECK_PROOFS_MAX,
  CHECK_STORED_MAX,
  CONTENT_PAGE_CHUNKS_MAX,
  FILE_CHUNKS_MAX,
  UPLOAD_ANSWER_CHUNKS_MAX,
  UPLOAD_FILES_MAX,
} from './limits.ts';
import { ChunkingStrategy, ChunkRef } from './manifest.ts';
import { ChunkSource, FileBytes, Instant, queryInteger } from './nodes.ts';

/**
 * A file that is about to be uploaded. Sum of the chunk sizes = size; contentHash = SHA-256 of the packed manifest. `replacedBytes`: length of the content that
 * it has now, which takes room no more when the new one is committed.
 */
export const UploadFile = z.strictObject({
  namespaceId: NamespaceId,
  size: FileBytes,
  contentHash: ContentHash,
  chunking: ChunkingStrategy,
  chunks: z.array(ChunkRef).check(z.maxLength(FILE_CHUNKS_MAX)),
  replacedBytes: z.optional(FileBytes),
});
export type UploadFile = z.infer<typeof UploadFile>;

/** `packs`: missing chunks of at most PACK_MEMBER_BYTES_MAX bytes will travel in packs, so that they need no PUT of their own. */
export const InitiateUploadsRequest = z.strictObject({
  packs: z.optional(z.boolean()),
  files: z.array(UploadFile).check(z.minLength(1), z.maxLength(UPLOAD_FILES_MAX)),
});
export type InitiateUploadsRequest = z.infer<typeof InitiateUploadsRequest>;

/** A signed PUT. Every header must be sent as it stands; the store refuses other bytes, another length and a second PUT. */
export const SignedPut = z.strictObject({ url: z.string(), headers: z.record(z.string(), z.string()) });
export type SignedPut = z.infer<typeof SignedPut>;

/** A chunk that nobody stored yet: PUT it, or without `put` send it in a pack. */
export const MissingChunk = z.strictObject({ hash: ChunkHash, put: z.optional(SignedPut) });
export type MissingChunk = z.infer<typeof MissingChunk>;

/**
 * A chunk that is stored, but that this account never showed to possess: answer with
 * HMAC-SHA256(key = the challenge's bytes, message = the chunk's bytes), lowercase hexadecimal.
 */
export const ChallengedChunk = z.strictObject({ hash: ChunkHash, challenge: z.string() });
export type ChallengedChunk = z.infer<typeof ChallengedChunk>;

/** `more` is true when some of the file's chunks are neither held nor named here: ask for them by a chunk check. */
export const Upload = z.strictObject({
  uploadId: UploadId,
  expiresAt: Instant,
  missing: z.array(MissingChunk).check(z.maxLength(UPLOAD_ANSWER_CHUNKS_MAX)),
  prove: z.array(ChallengedChunk).check(z.maxLength(UPLOAD_ANSWER_CHUNKS_MAX)),
  more: z.boolean(),
});
export type Upload = z.infer<typeof Upload>;

/** One upload per file, in the order of the request. */
export const InitiateUploadsResponse = z.strictObject({ uploads: z.array(Upload) });
export type InitiateUploadsResponse = z.infer<typeof InitiateUploadsResponse>;

export const UploadParameters = z.strictObject({ uploadId: UploadId });

export const ChunkProof = z.strictObject({
  hash: ChunkHash,
  proof: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'a proof is 64 lowercase hexadecimal digits')),
});
export type ChunkProof = z.infer<typeof ChunkProof>;

/** Every hash named must belong to the upload; `stored` are chunks that were just PUT, `hashes` only asks. `packs` as in an initiation. */
export const CheckChunksRequest = z.strictObject({
  packs: z.optional(z.boolean()),
  hashes: z.optional(z.array(ChunkHash).check(z.maxLength(CHECK_HASHES_MAX))),
  proofs: z.optional(z.array(ChunkProof).check(z.maxLength(CHECK_PROOFS_MAX))),
  stored: z.optional(z.array(ChunkHash).check(z.maxLength(CHECK_STORED_MAX))),
});
export type CheckChunksRequest = z.infer<typeof CheckChunksRequest>;

/** What the answer knows of the chunks that were asked about, and how much of the file the store has by now, in bytes. */
export const CheckChunksResponse = z.strictObject({
  missing: z.array(MissingChunk),
  prove: z.array(ChallengedChunk),
  held: z.array(ChunkHash),
  progress: z.strictObject({ storedBytes: z.int(), totalBytes: z.int() }),
});
export type CheckChunksResponse = z.infer<typeof CheckChunksResponse>;

/** `from`: index in the manifest from which on confirmed chunks are wanted. */
export const UploadContentQuery = z.strictObject({ from: z.optional(queryInteger(0, FILE_CHUNKS_MAX)) });

/** A chunk of an upload that the store has, and that the uploading account holds; `offset` is its first byte in the file. */
export const ConfirmedChunk = z.extend(ChunkSource, { index: z.int(), offset: z.int() });
export type ConfirmedChunk = z.infer<typeof ConfirmedChunk>;

/**
 * What of an open upload can be read ahead of its commit, in file order: its confirmed chunks from `from` on, at most
 * CONTENT_PAGE_CHUNKS_MAX. `next` is where to go on when there may be more. Of chunks that are not confirmed nothing is told.
 */
export const UploadContentResponse = z.strictObject({
  namespaceId: NamespaceId,
  size: FileBytes,
  contentHash: ContentHash,
  chunkCount: z.int(),
  chunks: z.array(ConfirmedChunk).check(z.maxLength(CONTENT_PAGE_CHUNKS_MAX)),
  expiresAt: Instant,
  next: z.optional(z.int()),
});
export type UploadContentResponse = z.infer<typeof UploadContentResponse>;
