import { MemoryChunkIndex } from '../../lambdas/chunks/memory-chunk-index.ts';
import { MemorySweepIndex } from '../../lambdas/sweep/memory-sweep-index.ts';
import { createInMemoryStores } from '../support/in-memory-stores.ts';
import { KnownObjects } from '../support/known-objects.ts';
import { describeSweepIndex } from './sweep-index.ts';

describeSweepIndex(async () => {
  const chunks = new MemoryChunkIndex({ objects: new KnownObjects() });
  const stores = { ...createInMemoryStores(), chunks };
  return { ...stores, index: new MemorySweepIndex(stores) };
});
