import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { createStreamHandler } from './links/create-stream-handler.ts';
import { DynamodbLinkStore } from './links/dynamodb-link-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { streaming } from './runtime/response-stream.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHUNKS_TABLE',
  'FILES_TABLE',
  'KEY_SECRET_ID',
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

export const handler = streaming(
  createStreamHandler({
    links: new DynamodbLinkStore(dynamodb),
    namespaces: new DynamodbNamespaceStore(dynamodb),
    chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
    objects,
    keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
    clock: systemClock,
    telemetry: lineTelemetry({ stage: environment.STAGE }),
  }),
);
