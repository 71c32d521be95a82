import { fileURLToPath } from 'node:url';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { createExtractHandler } from './extraction/create-extract-handler.ts';
import { ProcessContentReader } from './extraction/process-content-reader.ts';
import { SqsContentQueue } from './extraction/sqs-content-queue.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { openSearchIndex } from './search/open-search-index.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHUNKS_TABLE',
  'CONTENT_QUEUE_URL',
  'FILES_TABLE',
  'SEARCH_ENDPOINT',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: NOT_GRANTED,
    chunks: environment.CHUNKS_TABLE,
    files: environment.FILES_TABLE,
  },
};
const objects = new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock });
// Deployed beside this file (lib/bundles.ts).
const entry = fileURLToPath(new URL('reader.mjs', import.meta.url));

export const handler = createExtractHandler({
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  index: openSearchIndex(environment.SEARCH_ENDPOINT).index,
  queue: new SqsContentQueue({ queueUrl: environment.CONTENT_QUEUE_URL }),
  reader: new ProcessContentReader({ entry, readable: [] }),
  clock: systemClock,
  telemetry: lineTelemetry({ stage: environment.STAGE }),
});
