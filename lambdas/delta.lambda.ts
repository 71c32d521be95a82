import { journalRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { getCursor } from './journal/get-cursor.ts';
import { listChanges } from './journal/list-changes.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { listTree } from './namespaces/list-tree.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { rowParser } from './runtime/parse-rows.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'CHANGES_TABLE', 'FILES_TABLE', 'KEY_SECRET_ID', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient({ parse: rowParser() }),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: environment.CHANGES_TABLE,
    files: environment.FILES_TABLE,
  },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  clock: systemClock,
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
};

export const handler = createApiHandler<'listChanges' | 'getCursor' | 'listTree'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }), accounts: dependencies.accounts },
  journalRoutes,
  {
    listChanges: ({ query }, caller) => listChanges(dependencies, query, caller),
    getCursor: (_request, caller) => getCursor(dependencies, caller),
    listTree: ({ query }, caller) => listTree(dependencies, query, caller),
  },
);
