import { linkRoutes } from '@syncline/protocol';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { checkLinkChunks } from './links/check-link-chunks.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbLinkStore } from './links/dynamodb-link-store.ts';
import { openLinkUploads } from './links/open-link-uploads.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbUploadStore } from './uploads/dynamodb-upload-store.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHUNKS_TABLE',
  'FILES_TABLE',
  'KEY_SECRET_ID',
  'SESSIONS_TABLE',
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
    sessions: environment.SESSIONS_TABLE,
  },
};
const objects = new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock });
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dependencies = {
  links: new DynamodbLinkStore(dynamodb),
  attempts: new DynamodbAttemptStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  uploads: new DynamodbUploadStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
  meter: telemetry,
};

export const handler = createApiHandler<'openLinkUploads' | 'checkLinkChunks'>(
  { clock: systemClock, telemetry },
  linkRoutes,
  {
    openLinkUploads: ({ parameters, body }, visitor) =>
      openLinkUploads(dependencies, { ...parameters, ...body }, visitor),
    checkLinkChunks: ({ parameters, body }, visitor) =>
      checkLinkChunks(dependencies, { ...parameters, ...body }, visitor),
  },
);
