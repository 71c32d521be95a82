import { ChunkHash, type ChunkRef, ContentHash, packManifest } from '@syncline/protocol';
import { hmacSha256, sha256, sha256Now } from '#sha256';

/** The name of a chunk. */
export async function hashChunk(bytes: Uint8Array): Promise<ChunkHash> {
  return ChunkHash.parse(await sha256(bytes));
}

/** The name of a content: the hash of its packed manifest. */
export async function hashManifest(chunks: readonly ChunkRef[]): Promise<ContentHash> {
  return ContentHash.parse(await sha256(packManifest(chunks)));
}

interface NamedContent {
  readonly chunks: readonly ChunkRef[];
  readonly contentHash: ContentHash;
}

/** Names a content of one chunk, or of none, at once; undefined on a platform that hashes nothing at once. */
export function nameNow(bytes: Uint8Array): NamedContent | undefined {
  if (sha256Now === undefined) return undefined;
  const size = bytes.length;
  // Not parsed, a small file at a time: the hash function writes no other text.
  const chunks = size === 0 ? [] : [{ hash: sha256Now(bytes) as ChunkHash, size }];
  return { chunks, contentHash: sha256Now(packManifest(chunks)) as ContentHash };
}

/** What only somebody who has the chunk can compute: HMAC-SHA256(key = the challenge's bytes, message = the chunk's). */
export function proveChunk(challenge: string, bytes: Uint8Array): Promise<string> {
  return hmacSha256(fromHex(challenge), bytes);
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}
