import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbSharingStore } from '../../lambdas/sharing/dynamodb-sharing-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeSharingStore } from './sharing-store.ts';

describeSharingStore(async () => {
  const clock = new MemoryClock();
  const dependencies = { ...(await openTables()), clock };
  return {
    namespaces: new DynamodbNamespaceStore(dependencies),
    accounts: new DynamodbAccountStore(dependencies),
    sharing: new DynamodbSharingStore(dependencies),
    clock,
  };
});
