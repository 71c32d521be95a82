import { searchRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment, readOptional } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { openQueriedIndex } from './search/open-search-index.ts';
import { searchNodes } from './search/search-nodes.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'FILES_TABLE', 'KEY_SECRET_ID', 'SESSIONS_TABLE', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: NOT_GRANTED,
    files: environment.FILES_TABLE,
    sessions: environment.SESSIONS_TABLE,
  },
};
const endpoint = readOptional('SEARCH_ENDPOINT');
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  index: endpoint === undefined ? undefined : openQueriedIndex(endpoint),
};

export const handler = createApiHandler<'search'>(
  {
    clock: systemClock,
    telemetry: lineTelemetry({ stage: environment.STAGE }),
    accounts: dependencies.accounts,
    attempts: new DynamodbAttemptStore(dynamodb),
  },
  searchRoutes,
  { search: ({ query }, caller) => searchNodes(dependencies, query, caller) },
);
