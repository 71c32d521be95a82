import { nodeRoutes, uploadRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { outlineContent } from './journal/outline-content.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { ApiGatewaySocketPusher } from './sockets/api-gateway-socket-pusher.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';
import { checkChunks } from './uploads/check-chunks.ts';
import { DynamodbUploadStore } from './uploads/dynamodb-upload-store.ts';
import { patchChunks } from './uploads/patch-chunks.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHUNKS_TABLE',
  'FILES_TABLE',
  'KEY_SECRET_ID',
  'SESSIONS_TABLE',
  'SOCKET_ENDPOINT',
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
const accounts = new DynamodbAccountStore(dynamodb);
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dependencies = {
  accounts,
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  uploads: new DynamodbUploadStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  pusher: new ApiGatewaySocketPusher({ endpoint: environment.SOCKET_ENDPOINT }),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
  meter: telemetry,
};

export const handler = createApiHandler<'checkChunks' | 'patchChunks' | 'outlineContent'>(
  { clock: systemClock, telemetry, accounts },
  { ...nodeRoutes, ...uploadRoutes },
  {
    checkChunks: ({ parameters, body }, caller) => checkChunks(dependencies, { ...parameters, ...body }, caller),
    patchChunks: ({ parameters, body }, caller) => patchChunks(dependencies, { ...parameters, ...body }, caller),
    // Here and not beside getContent: who hands out addresses of CloudFront may not read what they are of.
    outlineContent: ({ parameters, body }, caller) => outlineContent(dependencies, { ...parameters, ...body }, caller),
  },
);
