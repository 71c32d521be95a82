import { DynamodbChunkIndex } from '../../lambdas/chunks/dynamodb-chunk-index.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { openTables } from '../support/aws-world.ts';
import { KnownObjects } from '../support/known-objects.ts';
import { describeChunkIndex } from './chunk-index.ts';

describeChunkIndex(async () => {
  const tables = await openTables();
  const objects = new KnownObjects();
  return {
    objects,
    chunks: new DynamodbChunkIndex({ ...tables, clock: new MemoryClock(), objects }),
    sweep: async (domain, hash, to) => {
      await tables.client.send('UpdateItem', {
        TableName: tables.tableNames.chunks,
        Key: { pk: { S: `${domain}#${hash}` }, sk: { S: 'chunk' } },
        UpdateExpression: 'SET #state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': { S: to } },
      });
    },
  };
});
