import { journalRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { waitForChanges } from './journal/wait-for-changes.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const { ACCOUNTS_TABLE, KEY_SECRET_ID, STAGE } = readEnvironment(['ACCOUNTS_TABLE', 'KEY_SECRET_ID', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, changes: NOT_GRANTED, files: NOT_GRANTED },
};
const dependencies = {
  namespaces: new DynamodbNamespaceStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: KEY_SECRET_ID }),
  clock: systemClock,
};

export const handler = createApiHandler<'waitForChanges'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }), accounts: new DynamodbAccountStore(dynamodb) },
  journalRoutes,
  { waitForChanges: ({ query }, caller) => waitForChanges(dependencies, query, caller) },
);
