import { describe, expect, test } from '@jest/globals';
import { type ApiClient, UnavailableError } from '@syncline/client';
import { CHUNK_BYTES_MAX, ContentHash, encodeUlid, MINUTE_MS, NamespaceId, NodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, sha256Hex } from '../../test/support/in-memory-member.ts';
import { RECENT_BYTES_MAX } from '../src/content/limits.ts';
import { RecentChunks } from '../src/content/recent-chunks.ts';
import { MANIFESTS_MAX } from '../src/features/link-page/limits.ts';
import { linkedReads } from '../src/features/link-page/linked-reads.ts';

const id = (byte: number): string => encodeUlid(new Uint8Array(16).fill(byte));
const namespaceId = NamespaceId.parse(id(1));
const LIFE_MS = 15 * MINUTE_MS;

/** A link whose service counts what counts as a download: each first page of a manifest. */
function linkWorld() {
  let downloads = 0;
  let now = Date.parse('2026-11-26T12:00:00.000Z');
  const getContent: ApiClient['getContent'] = async ({ query }) => {
    if (query.page === undefined) downloads += 1;
    const contentHash = ContentHash.parse(sha256Hex(new Uint8Array(0)));
    const expiresAt = new Date(now + LIFE_MS).toISOString();
    return { ok: true, value: { rev: 1, contentHash, size: 0, chunking: 'fixed-4m', chunks: [], expiresAt } };
  };
  const reads = linkedReads({ namespaceId, getContent }, () => now);
  return {
    read: (node: number, of = namespaceId) =>
      reads.getContent({ parameters: { nodeId: NodeId.parse(id(node)) }, query: { namespaceId: of } }),
    wait: (ms: number) => {
      now += ms;
    },
    downloads: () => downloads,
  };
}

describe('a page of a link', () => {
  test('uses up one download for each file that is looked at, however often and at once it is asked', async () => {
    const { read, downloads } = linkWorld();
    await Promise.all([read(2), read(2), read(3)]);
    await read(2);
    expect(downloads()).toBe(2);
  });

  test('asks again when the addresses are about to end', async () => {
    const { read, wait, downloads } = linkWorld();
    await read(2);
    wait(LIFE_MS - MINUTE_MS);
    await read(2);
    expect(downloads()).toBe(1);
    wait(MINUTE_MS - 1);
    await read(2);
    expect(downloads()).toBe(2);
  });

  test('answers for its own link alone', async () => {
    const { read, downloads } = linkWorld();
    await expect(read(2, NamespaceId.parse(id(9)))).rejects.toBeInstanceOf(UnavailableError);
    expect(downloads()).toBe(0);
  });

  test('remembers no more than it may', async () => {
    const { read, downloads } = linkWorld();
    for (let node = 2; node < MANIFESTS_MAX + 3; node++) await read(node);
    await read(2);
    expect(downloads()).toBe(MANIFESTS_MAX + 2);
  });
});

test('chunks in memory are bounded, and the last ones are there', async () => {
  const largest = Math.floor(CHUNK_BYTES_MAX / 2);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: largest }), { minLength: 1, maxLength: 24 }), async (sizes) => {
      const chunks = new RecentChunks();
      const refs = sizes.map((size, index) => ({ ...chunkOf(Uint8Array.of(index)), size }));
      for (const ref of refs) await chunks.put(ref, new Uint8Array(ref.size));
      const held = await Promise.all(refs.map((ref) => chunks.get(ref)));
      const total = held.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
      expect(total).toBeLessThanOrEqual(RECENT_BYTES_MAX);
      expect(held.at(-1)).toBeDefined();
      const gone = held.findLastIndex((bytes) => bytes === undefined);
      expect(held.slice(gone + 1).every((bytes) => bytes !== undefined)).toBe(true);
      const all = sizes.reduce((sum, size) => sum + size, 0);
      expect(gone === -1).toBe(all <= RECENT_BYTES_MAX);
    }),
    { numRuns: 20 },
  );
});
