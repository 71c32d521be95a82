import { MemorySweepIndex } from '../../lambdas/sweep/memory-sweep-index.ts';
import { createInMemoryStores } from '../support/in-memory-stores.ts';
import { describeSweepIndex } from './sweep-index.ts';

describeSweepIndex(async () => {
  const stores = createInMemoryStores();
  return { ...stores, index: new MemorySweepIndex(stores) };
});
