import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as browser from '../platform/browser/sha256.ts';
import * as node from '../platform/node/sha256.ts';
import { hashChunk, hashManifest, proveChunk } from './hashing.ts';

test('both ways to hash give the same for all bytes', async () => {
  const bytes = fc.uint8Array({ maxLength: 5000 });
  await fc.assert(
    fc.asyncProperty(bytes, fc.uint8Array({ minLength: 1, maxLength: 200 }), async (message, key) => {
      expect(await node.sha256(message)).toBe(await browser.sha256(message));
      expect(await node.hmacSha256(key, message)).toBe(await browser.hmacSha256(key, message));
    }),
  );
});

test('hashes and proofs are those of the standards', async () => {
  // FIPS 180-4, "abc"; RFC 4231, test case 1.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await hashChunk(Buffer.from('abc'))).toBe(abc);
  expect(await hashManifest([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(await proveChunk('0b'.repeat(20), Buffer.from('Hi There'))).toBe(
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
});
