import { historyRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { listActivity } from './history/list-activity.ts';
import { listTrash } from './history/list-trash.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'CHANGES_TABLE', 'FILES_TABLE', 'KEY_SECRET_ID', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
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
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
};

export const handler = createApiHandler<'listTrash' | 'listActivity'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }), accounts: dependencies.accounts },
  historyRoutes,
  {
    listTrash: ({ query }, caller) => listTrash(dependencies, query, caller),
    listActivity: ({ query }, caller) => listActivity(dependencies, query, caller),
  },
);
