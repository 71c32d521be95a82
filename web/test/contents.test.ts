import { expect, test } from '@jest/globals';
import { ContentHash, encodeUlid, NamespaceId, NodeId, packManifest } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, sha256Hex } from '../../test/support/in-memory-member.ts';
import { headersOf } from '../src/content/answer-content.ts';
import { parseRange } from '../src/content/byte-range.ts';
import { type CacheStore, ChunkCache } from '../src/content/chunk-cache.ts';
import { contentPath, parseContentPath } from '../src/content/content-address.ts';
import { streamContent } from '../src/content/content-stream.ts';
import { CHUNKS_AHEAD } from '../src/content/limits.ts';
import { OpenContent } from '../src/content/open-content.ts';

const sizes = fc.integer({ min: 0, max: 1_000_000 });

test('a range lies in the content, and begins and ends where the header says', () => {
  fc.assert(
    fc.property(sizes, fc.nat(1_200_000), fc.nat(1_200_000), (size, first, last) => {
      const range = parseRange(`bytes=${first}-${last}`, size);
      if (last < first) expect(range).toBeUndefined();
      else if (first >= size) expect(range).toBe('unsatisfiable');
      else expect(range).toEqual({ start: first, end: Math.min(size, last + 1) });
      const rest = parseRange(`bytes=${first}-`, size);
      expect(rest).toEqual(first >= size ? 'unsatisfiable' : { start: first, end: size });
      const tail = parseRange(`bytes=-${last}`, size);
      const length = Math.min(size, last);
      expect(tail).toEqual(length === 0 ? 'unsatisfiable' : { start: size - length, end: size });
    }),
  );
});

test('what is no single range of bytes asks for all of it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^bytes=\d*-\d*$/.test(text));
      expect(parseRange(text, 100)).toBeUndefined();
    }),
  );
  expect([parseRange(null, 5), parseRange('bytes=-', 5), parseRange('bytes=0-1,3-4', 5)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

const namespaceId = NamespaceId.parse(encodeUlid(new Uint8Array(16).fill(1)));
const nodeId = NodeId.parse(encodeUlid(new Uint8Array(16).fill(2)));

test('every name survives its address, and stays in one part of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.boolean(), (name, isDownload) => {
      fc.pre(name.isWellFormed() && name !== '.' && name !== '..');
      const address = { namespaceId, nodeId, rev: 7, name, isDownload };
      expect(parseContentPath(new URL(contentPath(address), 'https://app.test'))).toEqual(address);
    }),
  );
});

test('no name makes a content run, or ends its header', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '.html', '.svg', '.js', '.xml', '.png'),
      (stem, ending) => {
        fc.pre(stem.isWellFormed());
        const headers = headersOf({ name: stem + ending, isDownload: false });
        expect(headers['content-type']).not.toMatch(/html|script|text\/xml|application\/xml/);
        expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['content-disposition']).toMatch(/^(inline|attachment); filename\*=UTF-8''[\w.!~%$&+^`|-]*$/);
      },
    ),
  );
});

/** A content of these chunks, in pages of two, and how many chunks were fetched and held at once. */
function contentOf(parts: readonly Uint8Array[], cache = new ChunkCache(memoryStore())) {
  const refs = parts.map(chunkOf);
  const contentHash = ContentHash.parse(sha256Hex(packManifest(refs)));
  const size = refs.reduce((sum, ref) => sum + ref.size, 0);
  const seen = { fetched: [] as string[], asked: 0 };
  const content = new OpenContent({
    ask: async (page) => {
      seen.asked += 1;
      const from = Number(page ?? 0);
      const chunks = refs.slice(from, from + 2).map((ref) => ({ ...ref, url: `https://store.test/${ref.hash}` }));
      const next = from + 2 < refs.length ? { nextPage: String(from + 2) } : {};
      const expiresAt = '2026-01-31T17:45:02.000Z';
      return { ok: true, value: { rev: 1, size, contentHash, chunking: 'fixed-4m', chunks, expiresAt, ...next } };
    },
    fetch: async ({ hash }) => {
      seen.fetched.push(hash);
      const bytes = parts.find((part) => sha256Hex(part) === hash);
      return bytes === undefined ? { kind: 'damaged' } : { kind: 'fetched', bytes };
    },
    cache,
    nowMs: () => 0,
  });
  return { content, size, seen };
}

function memoryStore(): CacheStore {
  const kept = new Map<string, Uint8Array>();
  return {
    match: async (address) => {
      const bytes = kept.get(address);
      return bytes === undefined ? undefined : { arrayBuffer: async () => Uint8Array.from(bytes).buffer };
    },
    put: async (address, bytes) => void kept.set(address, bytes),
    delete: async (address) => kept.delete(address),
    keys: async () => [...kept.keys()],
  };
}

const contents = fc
  .uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 40 }), {
    minLength: 1,
    maxLength: 9,
    selector: (part) => sha256Hex(part),
  })
  .chain((parts) => {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const place = fc.nat(size);
    return fc.tuple(fc.constant(parts), place, place);
  });

test('a stream gives exactly the bytes of its part, from exactly the chunks in which they lie', async () => {
  await fc.assert(
    fc.asyncProperty(contents, async ([parts, one, other]) => {
      const span = { start: Math.min(one, other), end: Math.max(one, other) };
      const { content, seen } = contentOf(parts);
      const given: Uint8Array[] = [];
      for await (const part of streamContent(content, span)) given.push(part);
      expect(Buffer.concat(given).equals(Buffer.concat(parts).subarray(span.start, span.end))).toBe(true);
      let start = 0;
      const touched = parts.filter((part) => {
        const isTouched = span.start < start + part.length && start < span.end;
        start += part.length;
        return isTouched;
      });
      expect(seen.fetched).toEqual(touched.map((part) => sha256Hex(part)));
    }),
  );
});

test('a stream that nobody reads fetches nothing, and one that is read slowly is not far ahead', async () => {
  const parts = Array.from({ length: 20 }, (_, index) => Buffer.from(`part ${index}`));
  const { content, seen, size } = contentOf(parts);
  const reader = streamContent(content, { start: 0, end: size }).getReader();
  expect(seen.fetched.length).toBe(0);
  await reader.read();
  expect(seen.fetched.length).toBeLessThanOrEqual(1 + CHUNKS_AHEAD);
  await reader.cancel();
});

test('a cached chunk is not fetched again, unless the cache gives other bytes', async () => {
  const store = memoryStore();
  const parts = [Buffer.from('one'), Buffer.from('two')];
  const read = async () => {
    const { content, seen, size } = contentOf(parts, new ChunkCache(store));
    const given: Uint8Array[] = [];
    for await (const part of streamContent(content, { start: 0, end: size })) given.push(part);
    expect(Buffer.concat(given).toString()).toBe('onetwo');
    return seen.fetched.length;
  };
  expect([await read(), await read()]).toEqual([2, 0]);
  const [address = ''] = await store.keys();
  await store.put(address, Buffer.from('bad'));
  expect(await read()).toBe(1);
});
