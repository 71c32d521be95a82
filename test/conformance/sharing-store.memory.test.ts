import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { MemorySharingStore } from '../../lambdas/sharing/memory-sharing-store.ts';
import { describeSharingStore } from './sharing-store.ts';

describeSharingStore(async () => {
  const clock = new MemoryClock();
  const namespaces = new MemoryNamespaceStore({ clock });
  return {
    namespaces,
    accounts: new MemoryAccountStore({ namespaces }),
    sharing: new MemorySharingStore({ namespaces }),
    clock,
  };
});
