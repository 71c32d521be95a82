import { MemoryExpiryClock } from '../../lambdas/history/memory-expiry-clock.ts';
import { createInMemoryStores } from '../support/in-memory-stores.ts';
import { describeExpiryClock } from './expiry-clock.ts';

describeExpiryClock(async () => {
  const stores = createInMemoryStores();
  return { ...stores, expiryClock: new MemoryExpiryClock(stores) };
});
