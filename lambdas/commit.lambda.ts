import { journalRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { parseDedupScope } from './chunks/dedup-domain.ts';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { answerCommit } from './journal/answer-commit.ts';
import { decideOperation } from './journal/decide-operation.ts';
import { readToldContent } from './journal/told-content.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbUploadStore } from './uploads/dynamodb-upload-store.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHANGES_TABLE',
  'CHUNKS_TABLE',
  'DEDUP_SCOPE',
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
    changes: environment.CHANGES_TABLE,
    chunks: environment.CHUNKS_TABLE,
    files: environment.FILES_TABLE,
    sessions: environment.SESSIONS_TABLE,
  },
};
const objects = new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock });
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dedupScope = parseDedupScope(environment.DEDUP_SCOPE);
const dependencies = {
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  uploads: new DynamodbUploadStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
  meter: telemetry,
  decide: decideOperation,
  readToldContent: readToldContent(dedupScope),
};

export const handler = createApiHandler<'commit'>(
  { clock: systemClock, telemetry, accounts: new DynamodbAccountStore(dynamodb) },
  journalRoutes,
  { commit: ({ body }, caller) => answerCommit(dependencies, body, caller) },
);
