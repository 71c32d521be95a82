import { createPublicKey } from 'node:crypto';
import { epochMs } from '@syncline/protocol';
import { CloudfrontContentSigner } from '../../lambdas/chunks/cloudfront-content-signer.ts';
import { deriveContentKey, publicContentKey } from '../../lambdas/chunks/content-key.ts';
import { MemoryObjectStore } from '../../lambdas/chunks/memory-object-store.ts';
import type { ObjectStore } from '../../lambdas/chunks/object-store.ts';
import { MemoryKeyRing } from '../../lambdas/runtime/memory-key-ring.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { ContentDistribution } from '../support/content-distribution.ts';
import { describeObjectStore } from './object-store.ts';

/** As they are: the function at the edge knows no others. */
const KEYS = [`chunks/shared/${'1'.repeat(64)}`, `chunks/01J9ZC4W8Q2V6T0N5R7XKM3BHD/${'2'.repeat(64)}`];
const URL_OF_CONTENTS = 'https://d111111abcdef8.cloudfront.net';

/** Objects that are put as ever, and read through the distribution with the function that is deployed. */
describeObjectStore(async () => {
  let agoMs = 0;
  const clock = { ...systemClock, now: () => epochMs(systemClock.now() - agoMs) };
  const keyRing = new MemoryKeyRing({ secret: Buffer.alloc(32, 7) });
  const stored = new MemoryObjectStore({ clock });
  const signer = new CloudfrontContentSigner({ url: URL_OF_CONTENTS, keyId: 'K1', generation: 1, keyRing, clock });
  const objects: ObjectStore = {
    signPut: (object) => stored.signPut(object),
    signGet: (key, read) => signer.signGet(key, read),
    head: (key) => stored.head(key),
    read: (key, range) => stored.read(key, range),
    write: (object) => stored.write(object),
  };
  const publicKey = createPublicKey(publicContentKey(await deriveContentKey({ keyRing }, 1)));
  const distribution = new ContentDistribution({
    url: URL_OF_CONTENTS,
    keys: new Map([['K1', publicKey]]),
    now: () => Date.now() / 1000,
    read: (key, range) =>
      stored.read(key, range === undefined ? undefined : { offset: range[0], length: range[1] - range[0] + 1 }),
  });
  const asOf = async <Signed>(then: number, sign: () => Promise<Signed>): Promise<Signed> => {
    agoMs = then;
    const signed = await sign();
    agoMs = 0;
    return signed;
  };
  return {
    objects,
    put: async (request) => stored.put(request),
    get: (url, range) =>
      distribution.get({ url, headers: range === undefined ? {} : { range: `bytes=${range.join('-')}` } }),
    signedAgo: (then) => ({
      signPut: (object) => asOf(then, () => objects.signPut(object)),
      signGet: (key) => asOf(then, () => objects.signGet(key)),
    }),
  };
}, KEYS);
