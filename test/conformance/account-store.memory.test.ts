import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { describeAccountStore } from './account-store.ts';

describeAccountStore(async () => {
  const clock = new MemoryClock();
  const namespaces = new MemoryNamespaceStore({ clock });
  return { namespaces, accounts: new MemoryAccountStore({ namespaces }), clock };
});
