import { createHash } from 'node:crypto';
import { type ChunkHash, type ChunkRef, ContentHash, MiB, packManifest } from '@syncline/protocol';

const CHUNK_BYTES = 4 * MiB;

/** The name under which the service has a content. */
export function nameContent(bytes: Uint8Array): ContentHash {
  const chunks: ChunkRef[] = [];
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    const chunk = bytes.subarray(start, start + CHUNK_BYTES);
    chunks.push({ hash: createHash('sha256').update(chunk).digest('hex') as ChunkHash, size: chunk.length });
  }
  return ContentHash.parse(createHash('sha256').update(packManifest(chunks)).digest('hex'));
}
