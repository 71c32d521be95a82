import { DynamodbAccountStore } from '../../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbChunkIndex } from '../../lambdas/chunks/dynamodb-chunk-index.ts';
import { DynamodbNamespaceStore } from '../../lambdas/namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from '../../lambdas/packs/dynamodb-pack-index.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbSweepIndex } from '../../lambdas/sweep/dynamodb-sweep-index.ts';
import { openTables } from '../support/aws-world.ts';
import { KnownObjects } from '../support/known-objects.ts';
import { describeSweepIndex } from './sweep-index.ts';

describeSweepIndex(async () => {
  const tables = { ...(await openTables()), clock: new MemoryClock() };
  return {
    index: new DynamodbSweepIndex(tables),
    chunks: new DynamodbChunkIndex({ ...tables, objects: new KnownObjects() }),
    packs: new DynamodbPackIndex(tables),
    accounts: new DynamodbAccountStore(tables),
    namespaces: new DynamodbNamespaceStore(tables),
  };
});
