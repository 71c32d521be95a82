import { ChunkingStrategy, ContentHash } from '@syncline/protocol';
import type { NearContents } from '../content/serve-reads.ts';
import type { Offline } from './create-offline.ts';
import { LOCAL_REV_MIN } from './limits.ts';

/** So that whoever misses a chunk in the cache asks for its address. */
const LONG_AGO = '1970-01-01T00:00:00.000Z';

/** Contents that this browser has: what waits to be sent, and what is kept. */
export function nearContents({ kept, isOnline, localContent }: Offline): NearContents {
  return {
    isOnline,
    local: async (nodeId, rev) => (rev < LOCAL_REV_MIN ? undefined : localContent(nodeId, rev)),
    kept(nodeId, rev) {
      const manifest = kept.manifest(nodeId, rev);
      if (manifest === undefined) return undefined;
      const { size, chunks } = manifest;
      return {
        rev,
        size,
        contentHash: ContentHash.parse(manifest.contentHash),
        chunking: ChunkingStrategy.parse(manifest.chunking),
        // All of them lie in the cache of what is kept, unless the browser has removed some.
        chunks: chunks.map((chunk) => ({ ...chunk, url: 'about:blank' })),
        expiresAt: LONG_AGO,
      };
    },
  };
}
