import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbFolderTrail } from '../../lambdas/webhooks/dynamodb-folder-trail.ts';
import { openTables } from '../support/aws-world.ts';
import { describeFolderTrail } from './folder-trail.ts';

describeFolderTrail(async () => {
  const clock = new MemoryClock();
  const dependencies = { ...(await openTables()), clock };
  const namespaces = new DynamodbNamespaceStore(dependencies);
  const trail = new DynamodbFolderTrail({ ...dependencies, namespaces });
  return { namespaces, trail, accounts: new DynamodbAccountStore(dependencies), clock };
});
