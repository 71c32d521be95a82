import { usageRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { getUsage } from './accounts/get-usage.ts';
import { measureStored } from './accounts/measure-stored.ts';
import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { DynamodbExpiryClock } from './history/dynamodb-expiry-clock.ts';
import { DynamodbRetentionStore } from './history/dynamodb-retention-store.ts';
import { getRetention, setRetention } from './history/set-retention.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
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
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  retentions: new DynamodbRetentionStore(dynamodb),
  expiryClock: new DynamodbExpiryClock(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  objects,
  clock: systemClock,
  random: systemRandom,
  meter: telemetry,
};

export const handler = createApiHandler<'getUsage' | 'measureStored' | 'getRetention' | 'setRetention'>(
  { clock: systemClock, telemetry, accounts: dependencies.accounts, attempts: new DynamodbAttemptStore(dynamodb) },
  usageRoutes,
  {
    getUsage: (_request, caller) => getUsage(dependencies, caller),
    measureStored: ({ body }, caller) => measureStored(dependencies, body, caller),
    getRetention: ({ parameters }, caller) => getRetention(dependencies, parameters, caller),
    setRetention: ({ parameters, body }, caller) => setRetention(dependencies, { ...body, ...parameters }, caller),
  },
);
