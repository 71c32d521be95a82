import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { describeAccountStore } from './account-store.ts';

describeAccountStore(async () => {
  const clock = new MemoryClock();
  const dependencies = { ...(await openTables()), clock };
  return {
    namespaces: new DynamodbNamespaceStore(dependencies),
    accounts: new DynamodbAccountStore(dependencies),
    clock,
  };
});
