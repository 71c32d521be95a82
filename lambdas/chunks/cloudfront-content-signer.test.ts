import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { epochMs } from '@syncline/protocol';
import { ContentDistribution } from '../../test/support/content-distribution.ts';
import { MemoryKeyRing } from '../runtime/memory-key-ring.ts';
import { CloudfrontContentSigner } from './cloudfront-content-signer.ts';
import { deriveContentKey } from './content-key.ts';

const keyRing = new MemoryKeyRing({ secret: Buffer.alloc(32, 7) });
const HASH = 'ab'.repeat(32);
const PACK = `packs/shared/${HASH}`;
const CHUNK = `chunks/shared/${HASH}`;
const url = 'https://d111111abcdef8.cloudfront.net';
const NOW = epochMs(1_700_000_000_500);
/** 15 minutes later, in whole seconds that are not over before. */
const END = 1_700_000_900;

let keys: ReadonlyMap<string, KeyObject>;
beforeAll(async () => {
  const numbers = [1, 2];
  const made = numbers.map(
    async (generation): Promise<[string, KeyObject]> => [
      `K${generation}`,
      createPublicKey(await deriveContentKey({ keyRing }, generation)),
    ],
  );
  keys = new Map(await Promise.all(made));
});

const signer = (generation = 1, keyId = `K${generation}`) =>
  new CloudfrontContentSigner({ url, keyId, generation, keyRing, clock: { now: () => NOW } });
const distribution = (now = NOW / 1000) =>
  new ContentDistribution({ url, keys, now: () => now, read: async () => Buffer.from('bytes') });

test('what is signed is the documented policy, to the letter, over the address with its range', async () => {
  const signed = await signer().signGet(PACK, { offset: 100, length: 50 });
  const resource = `${url}/${PACK}?x-range=100-149`;
  expect(signed.startsWith(`${resource}&Expires=${END}&Signature=`)).toBe(true);
  expect(signed.endsWith('&Key-Pair-Id=K1&Hash-Algorithm=SHA256')).toBe(true);
  const policy = `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${END}}}}]}`;
  const letters = /&Signature=([A-Za-z0-9~_-]+)&/.exec(signed)?.[1] ?? '';
  const signature = Buffer.from(letters.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64');
  const key = keys.get('K1');
  expect(key !== undefined && verify('sha256', Buffer.from(policy), key, signature)).toBe(true);
});

test('the name of a download is part of the address, escaped so that it is one parameter', async () => {
  const signed = await signer().signGet(CHUNK, { disposition: `attachment; filename*=UTF-8''a%26b%20"c'&d.txt` });
  const query = new URL(signed).searchParams;
  expect([...query.keys()].slice(0, 2)).toEqual(['response-content-disposition', 'response-content-type']);
  expect(query.get('response-content-disposition')).toBe(`attachment; filename*=UTF-8''a%26b%20"c'&d.txt`);
  expect(query.get('response-content-type')).toBe('application/octet-stream');
  expect(distribution().isSigned(signed)).toBe(true);
});

test('an address is good for fifteen minutes, and for nothing but what was signed', async () => {
  const signed = await signer().signGet(PACK, { offset: 100, length: 50 });
  expect(distribution().isSigned(signed)).toBe(true);
  expect(distribution(END - 1).isSigned(signed)).toBe(true);
  expect(distribution(END).isSigned(signed)).toBe(false);
  for (const [from, to] of [
    ['x-range=100-149', 'x-range=0-149'],
    ['x-range=100-149&', ''],
    ['x-range=100-149', 'x-range=100-149&x-range=0-9'],
    [HASH, 'cd'.repeat(32)],
    ['packs/', 'chunks/'],
    [`Expires=${END}`, `Expires=${END + 1}`],
    ['Key-Pair-Id=K1', 'Key-Pair-Id=K2'],
    ['Key-Pair-Id=K1', 'Key-Pair-Id=K3'],
    ['d111111abcdef8', 'd222222abcdef8'],
  ] as const) {
    const changed = signed.replace(from, to);
    expect(changed).not.toBe(signed);
    expect([to, distribution().isSigned(changed)]).toEqual([to, false]);
  }
});

test('a key signs for its own generation alone', async () => {
  expect(distribution().isSigned(await signer(2).signGet(CHUNK))).toBe(true);
  expect(distribution().isSigned(await signer(2, 'K1').signGet(CHUNK))).toBe(false);
});

test('a secret that could not be read is asked for again', async () => {
  let isAway = true;
  const moody = {
    sign: async (...asked: Parameters<typeof keyRing.sign>) => {
      if (isAway) throw new Error('away');
      return keyRing.sign(...asked);
    },
  };
  const made = new CloudfrontContentSigner({
    url,
    keyId: 'K1',
    generation: 1,
    keyRing: moody,
    clock: { now: () => NOW },
  });
  await expect(made.signGet(CHUNK)).rejects.toThrow('away');
  isAway = false;
  expect(distribution().isSigned(await made.signGet(CHUNK))).toBe(true);
});
