import type { ChunkRef } from '@syncline/protocol';
import { chunkAddress } from '../content/kept-chunk.ts';
import { keptChunksName } from './offline-database.ts';

/** Bytes that are kept for offline, in Cache Storage, by their hash, where the service worker finds them. Nothing goes by itself. */
export interface KeptChunks {
  has(chunk: ChunkRef): Promise<boolean>;
  /** @throws when there is no room. */
  put(chunk: ChunkRef, bytes: Uint8Array): Promise<void>;
  /** Removes all that is not among these. */
  retain(chunks: Iterable<ChunkRef>): Promise<void>;
}

export function openKeptChunks(accountId: string): KeptChunks {
  const open = (): Promise<Cache> => caches.open(keptChunksName(accountId));
  return {
    has: async (chunk) => (await (await open()).match(chunkAddress(chunk))) !== undefined,
    async put(chunk, bytes) {
      await (await open()).put(chunkAddress(chunk), new Response(bytes as Uint8Array<ArrayBuffer>));
    },
    async retain(chunks) {
      const wanted = new Set([...chunks].map(chunkAddress));
      const cache = await open();
      for (const { url } of await cache.keys()) {
        const { pathname } = new URL(url);
        if (!wanted.has(pathname)) await cache.delete(pathname);
      }
    },
  };
}
