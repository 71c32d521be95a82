import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbRemainderStore } from '../../lambdas/remainders/dynamodb-remainder-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { describeNamespaceStore } from './namespace-store.ts';

describeNamespaceStore(async () => {
  const clock = new MemoryClock();
  const dependencies = { ...(await openTables()), clock };
  return {
    namespaces: new DynamodbNamespaceStore(dependencies),
    remainders: new DynamodbRemainderStore(dependencies),
    accounts: new DynamodbAccountStore(dependencies),
    clock,
  };
});
