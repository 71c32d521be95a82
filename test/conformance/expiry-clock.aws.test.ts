import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbExpiryClock } from '../../lambdas/history/dynamodb-expiry-clock.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { describeExpiryClock } from './expiry-clock.ts';

describeExpiryClock(async () => {
  const tables = { ...(await openTables()), clock: new MemoryClock() };
  return {
    ...tables,
    namespaces: new DynamodbNamespaceStore(tables),
    accounts: new DynamodbAccountStore(tables),
    expiryClock: new DynamodbExpiryClock(tables),
  };
});
