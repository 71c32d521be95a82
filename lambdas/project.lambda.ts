import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createProjectHandler } from './references/create-project-handler.ts';
import { DynamodbReferenceStore } from './references/dynamodb-reference-store.ts';
import { DynamodbRemainderStore } from './remainders/dynamodb-remainder-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment, readOptional } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { SqsIndexQueue } from './search/sqs-index-queue.ts';
import { decodeAppendedEntry } from './sockets/dynamodb-appended-entry.ts';
import { DynamodbWebhookStore } from './webhooks/dynamodb-webhook-store.ts';
import { SqsDeliveryQueue } from './webhooks/sqs-delivery-queue.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHANGES_TABLE',
  'CHUNKS_TABLE',
  'DELIVERY_QUEUE_URL',
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

const queueUrl = readOptional('INDEX_QUEUE_URL');

export const handler = createProjectHandler({
  namespaces: new DynamodbNamespaceStore(dynamodb),
  references: new DynamodbReferenceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  remainders: new DynamodbRemainderStore(dynamodb),
  objects,
  clock: systemClock,
  random: systemRandom,
  telemetry: lineTelemetry({ stage: environment.STAGE }),
  decodeEntry: decodeAppendedEntry,
  indexTasks: queueUrl === undefined ? undefined : new SqsIndexQueue({ queueUrl }),
  webhooks: new DynamodbWebhookStore(dynamodb),
  deliveries: new SqsDeliveryQueue({ queueUrl: environment.DELIVERY_QUEUE_URL }),
});
