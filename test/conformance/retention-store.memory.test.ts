import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { MemoryRetentionStore } from '../../lambdas/history/memory-retention-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { describeRetentionStore } from './retention-store.ts';

describeRetentionStore(async () => {
  const clock = new MemoryClock();
  const namespaces = new MemoryNamespaceStore({ clock });
  const retentions = new MemoryRetentionStore({ namespaces });
  return { namespaces, retentions, accounts: new MemoryAccountStore({ namespaces }), clock };
});
