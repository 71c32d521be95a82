import { historyRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { markRevision } from './history/mark-revision.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'FILES_TABLE', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: environment.ACCOUNTS_TABLE, changes: NOT_GRANTED, files: environment.FILES_TABLE },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
};

export const handler = createApiHandler<'markRevision'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }), accounts: dependencies.accounts },
  historyRoutes,
  {
    markRevision: ({ parameters, body }, caller) => markRevision(dependencies, { ...body, ...parameters }, caller),
  },
);
