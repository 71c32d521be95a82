import { epochMs } from '@syncline/protocol';
import { MemoryObjectStore } from '../../lambdas/chunks/memory-object-store.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { describeObjectStore } from './object-store.ts';

describeObjectStore(async () => {
  let agoMs = 0;
  const objects = new MemoryObjectStore({ clock: { ...systemClock, now: () => epochMs(systemClock.now() - agoMs) } });
  const asOf = async <Signed>(then: number, sign: () => Promise<Signed>): Promise<Signed> => {
    agoMs = then;
    const signed = await sign();
    agoMs = 0;
    return signed;
  };
  return {
    objects,
    put: async (request) => objects.put(request),
    get: async (url, range) => objects.get(range === undefined ? { url } : { url, range }),
    signedAgo: (then) => ({
      signPut: (object) => asOf(then, () => objects.signPut(object)),
      signGet: (key) => asOf(then, () => objects.signGet(key)),
    }),
  };
});
