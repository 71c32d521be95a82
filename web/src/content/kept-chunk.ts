import { hashChunk } from '@syncline/client';
import type { ChunkRef } from '@syncline/protocol';

/** Of the caches with bytes that are kept for offline; the account follows. */
export const KEPT_CHUNKS_PREFIX = 'syncline-kept-';

/** Where the bytes of a chunk lie in a cache. */
export function chunkAddress({ hash, size }: ChunkRef): string {
  return `/chunk/${hash}/${size}`;
}

/** Bytes that are kept for offline, verified; undefined where they are not. Whoever asks knows the chunk from a manifest of his. */
export async function keptChunk(chunk: ChunkRef): Promise<Uint8Array | undefined> {
  const names = await caches.keys();
  for (const name of names.filter((other) => other.startsWith(KEPT_CHUNKS_PREFIX))) {
    const found = await (await caches.open(name)).match(chunkAddress(chunk));
    if (found === undefined) continue;
    const bytes = new Uint8Array(await found.arrayBuffer());
    // No disk is trusted: bytes are what they hash to.
    if ((await hashChunk(bytes)) === chunk.hash) return bytes;
  }
  return undefined;
}
