import { MemoryAccountStore } from '../../lambdas/accounts/memory-account-store.ts';
import { MemoryNamespaceStore } from '../../lambdas/namespaces/memory-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { MemoryFolderTrail } from '../../lambdas/webhooks/memory-folder-trail.ts';
import { describeFolderTrail } from './folder-trail.ts';

describeFolderTrail(async () => {
  const clock = new MemoryClock();
  const namespaces = new MemoryNamespaceStore({ clock });
  const trail = new MemoryFolderTrail({ namespaces });
  return { namespaces, trail, accounts: new MemoryAccountStore({ namespaces }), clock };
});
