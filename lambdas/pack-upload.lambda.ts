import { uploadRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { parseDedupScope } from './chunks/dedup-domain.ts';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { confirmPack } from './packs/confirm-pack.ts';
import { DynamodbPackIndex } from './packs/dynamodb-pack-index.ts';
import { openPack } from './packs/open-pack.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHUNKS_TABLE',
  'DEDUP_SCOPE',
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
    files: NOT_GRANTED,
  },
};
const objects = new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock });
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dependencies = {
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  packs: new DynamodbPackIndex(dynamodb),
  objects,
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  meter: telemetry,
  dedupScope: parseDedupScope(environment.DEDUP_SCOPE),
};

export const handler = createApiHandler<'openPack' | 'confirmPack'>(
  { clock: systemClock, telemetry, accounts: new DynamodbAccountStore(dynamodb) },
  uploadRoutes,
  {
    openPack: ({ body }, caller) => openPack(dependencies, body, caller),
    confirmPack: ({ body }, caller) => confirmPack(dependencies, body, caller),
  },
);
