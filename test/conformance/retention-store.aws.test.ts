import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbRetentionStore } from '../../lambdas/history/dynamodb-retention-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { describeRetentionStore } from './retention-store.ts';

describeRetentionStore(async () => {
  const clock = new MemoryClock();
  const dependencies = { ...(await openTables()), clock };
  return {
    namespaces: new DynamodbNamespaceStore(dependencies),
    retentions: new DynamodbRetentionStore(dependencies),
    accounts: new DynamodbAccountStore(dependencies),
    clock,
  };
});
