import { expect, test } from '@jest/globals';
import { CHUNK_BYTES_MAX, ChunkHash, type ChunkRef, packManifest } from '@syncline/protocol';
import fc from 'fast-check';
import { emptyBits, withBits } from './confirmed-bits.ts';
import { confirmedBytes, findPlaces } from './session-manifest.ts';

/** Few hashes, many of which begin alike, so that manifests repeat chunks and prefixes collide. */
const hashes = fc
  .tuple(fc.constantFrom('00000000', '00000001', 'ffffffff', 'deadbeef'), fc.constantFrom('0', '1', 'f'))
  .map(([start, rest]) => ChunkHash.parse(start + rest.repeat(56)));
const manifests = fc.array(hashes, { maxLength: 40 }).map((all): readonly ChunkRef[] => {
  // A hash names bytes, and bytes have one length.
  const sizeOf = (hash: string) => (Number.parseInt(hash.slice(7, 9), 16) % CHUNK_BYTES_MAX) + 1;
  return all.map((hash) => ({ hash, size: sizeOf(hash) }));
});

test('chunks are found at all their places and no others, among those that begin like them', () => {
  fc.assert(
    fc.property(manifests, fc.array(hashes, { maxLength: 10 }), (manifest, wanted) => {
      const expected = new Map(
        [...new Set(wanted)].flatMap((hash) => {
          const indexes = manifest.flatMap((chunk, index) => (chunk.hash === hash ? [index] : []));
          const [first] = indexes;
          return first === undefined ? [] : [[hash, { size: manifest[first]?.size, indexes }] as const];
        }),
      );
      expect(findPlaces(packManifest(manifest), wanted)).toEqual(expected);
    }),
  );
});

test('confirmed bytes are those of the chunks whose bits are set', () => {
  fc.assert(
    fc.property(manifests, fc.array(fc.nat(39), { maxLength: 40 }), (manifest, indexes) => {
      const set = new Set(indexes.filter((index) => index < manifest.length));
      const bytes = manifest.reduce((sum, { size }, index) => (set.has(index) ? sum + size : sum), 0);
      expect(confirmedBytes(packManifest(manifest), withBits(emptyBits(manifest.length), set))).toBe(bytes);
    }),
  );
});
