import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { createExpiryHandler } from './history/create-expiry-handler.ts';
import { DynamodbExpiryClock } from './history/dynamodb-expiry-clock.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { DynamodbReferenceStore } from './references/dynamodb-reference-store.ts';
import { DynamodbRemainderStore } from './remainders/dynamodb-remainder-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHANGES_TABLE',
  'CHUNKS_TABLE',
  'FILES_TABLE',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: environment.CHANGES_TABLE,
    chunks: environment.CHUNKS_TABLE,
    files: environment.FILES_TABLE,
  },
};
const objects = new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock });

export const handler = createExpiryHandler({
  namespaces: new DynamodbNamespaceStore(dynamodb),
  expiryClock: new DynamodbExpiryClock(dynamodb),
  remainders: new DynamodbRemainderStore(dynamodb),
  references: new DynamodbReferenceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  clock: systemClock,
  random: systemRandom,
  telemetry: lineTelemetry({ stage: environment.STAGE }),
});
