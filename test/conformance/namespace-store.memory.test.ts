import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { describeNamespaceStore } from './namespace-store.ts';

describeNamespaceStore(async () => {
  const clock = new MemoryClock();
  const namespaces = new MemoryNamespaceStore({ clock });
  const { remainders } = namespaces;
  return { namespaces, remainders, accounts: new MemoryAccountStore({ namespaces }), clock };
});
