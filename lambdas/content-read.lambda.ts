import { nodeRoutes, uploadRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { readContent } from './journal/read-content.ts';
import { readContents } from './journal/read-contents.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { edgeContents } from './runtime/edge-contents.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbUploadStore } from './uploads/dynamodb-upload-store.ts';
import { readUploadContent } from './uploads/read-upload-content.ts';

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
const keyRing = new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID });
const objects = new S3ObjectStore({
  bucket: environment.BUCKET,
  clock: systemClock,
  ...edgeContents({ keyRing, clock: systemClock }),
});
const accounts = new DynamodbAccountStore(dynamodb);
const dependencies = {
  accounts,
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  uploads: new DynamodbUploadStore(dynamodb),
  keyRing,
  clock: systemClock,
};

export const handler = createApiHandler<'getContent' | 'readContents' | 'getUploadContent'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }), accounts },
  { ...nodeRoutes, ...uploadRoutes },
  {
    getContent: ({ parameters, query }, caller) => readContent(dependencies, { ...parameters, ...query }, caller),
    readContents: ({ body }, caller) => readContents(dependencies, body, caller),
    getUploadContent: ({ parameters, query }, caller) =>
      readUploadContent(dependencies, { ...parameters, ...query }, caller),
  },
);
