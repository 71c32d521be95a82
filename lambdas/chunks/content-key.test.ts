import { createPublicKey, sign, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { MemoryKeyRing } from '../runtime/memory-key-ring.ts';
import { deriveContentKey, publicContentKey } from './content-key.ts';

const keyRing = new MemoryKeyRing({ secret: Buffer.alloc(32, 7) });

test('a generation always has the same pair of keys, and every other one another', async () => {
  const [first, again, second] = await Promise.all([1, 1, 2].map((each) => deriveContentKey({ keyRing }, each)));
  expect(first?.equals(again ?? first)).toBe(true);
  expect(second?.equals(first ?? second)).toBe(false);
  const other = new MemoryKeyRing({ secret: Buffer.alloc(32, 8) });
  expect(
    (await deriveContentKey({ keyRing: other }, 1)).equals(first ?? (await deriveContentKey({ keyRing }, 1))),
  ).toBe(false);
});

test('a pair is on the curve P-256, and its public half alone leaves, as CloudFront takes it', async () => {
  for (let generation = 0; generation < 50; generation++) {
    const privateKey = await deriveContentKey({ keyRing }, generation);
    expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const text = publicContentKey(privateKey);
    expect(text).toMatch(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/);
    const signature = sign('sha256', Buffer.from('signed'), privateKey);
    expect(verify('sha256', Buffer.from('signed'), createPublicKey(text), signature)).toBe(true);
    expect(verify('sha256', Buffer.from('other'), createPublicKey(text), signature)).toBe(false);
  }
});

test('there is no generation before that of number 0', async () => {
  for (const generation of [-1, 1.5, Number.NaN])
    await expect(deriveContentKey({ keyRing }, generation)).rejects.toThrow(/count from 0/);
});
