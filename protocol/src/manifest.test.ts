import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChunkHash } from './ids.ts';
import { CHUNK_BYTES_MAX, FILE_CHUNKS_MAX } from './limits.ts';
import { manifestSize, PACKED_ENTRY_BYTES, packManifest, unpackManifest } from './manifest.ts';

const hashes = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => ChunkHash.parse(Buffer.from(bytes).toString('hex')));
const chunks = fc.record({ hash: hashes, size: fc.integer({ min: 1, max: CHUNK_BYTES_MAX }) });

test('a manifest that is packed and unpacked is the same manifest', () => {
  fc.assert(
    fc.property(fc.array(chunks, { maxLength: 100 }), (manifest) => {
      const packed = packManifest(manifest);
      expect(packed.length).toBe(manifest.length * PACKED_ENTRY_BYTES);
      expect(unpackManifest(packed)).toEqual(manifest);
    }),
  );
});

test('a packed manifest that lies inside a larger buffer is read from where it begins', () => {
  const manifest = [{ hash: ChunkHash.parse('ab'.repeat(32)), size: 5 }];
  const larger = new Uint8Array(100);
  larger.set(packManifest(manifest), 7);
  expect(unpackManifest(larger.subarray(7, 7 + PACKED_ENTRY_BYTES))).toEqual(manifest);
});

test('two manifests with the same packed form are the same: order, length and hash of every chunk count', () => {
  fc.assert(
    fc.property(fc.array(chunks, { maxLength: 5 }), fc.array(chunks, { maxLength: 5 }), (left, right) => {
      const same = JSON.stringify(left) === JSON.stringify(right);
      expect(Buffer.compare(packManifest(left), packManifest(right)) === 0).toBe(same);
    }),
  );
});

test('the content hash of known chunks is the one that any other program would compute', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect(sha256(packManifest([]))).toBe(createHash('sha256').digest('hex'));
  const hello = ChunkHash.parse(sha256(Buffer.from('hello')));
  const packed = packManifest([{ hash: hello, size: 5 }]);
  expect(Buffer.from(packed).toString('hex')).toBe(`${hello}00000005`);
});

test('damaged bytes are an error, never a manifest', () => {
  const packed = packManifest([{ hash: ChunkHash.parse('00'.repeat(32)), size: 1 }]);
  expect(() => unpackManifest(packed.subarray(1))).toThrow('whole entries');
  packed[35] = 0;
  expect(() => unpackManifest(packed)).toThrow('within its limits');
  packed.fill(255, 32);
  expect(() => unpackManifest(packed)).toThrow('within its limits');
});

test('more chunks than a file may have cannot be packed', () => {
  const chunk = { hash: ChunkHash.parse('00'.repeat(32)), size: 1 };
  expect(packManifest(Array.from({ length: FILE_CHUNKS_MAX }, () => chunk)).length).toBe(
    FILE_CHUNKS_MAX * PACKED_ENTRY_BYTES,
  );
  expect(() => packManifest(Array.from({ length: FILE_CHUNKS_MAX + 1 }, () => chunk))).toThrow(
    'a manifest has a limit',
  );
});

test('the size of a manifest is the sum of its chunks', () => {
  fc.assert(
    fc.property(fc.array(chunks, { maxLength: 50 }), (manifest) => {
      expect(manifestSize(manifest)).toBe(manifest.reduce((sum, { size }) => sum + size, 0));
    }),
  );
});
