import { starRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbStarStore } from './stars/dynamodb-star-store.ts';
import { listStars } from './stars/list-stars.ts';
import { addStar, removeStar } from './stars/set-star.ts';

const { ACCOUNTS_TABLE, FILES_TABLE, STAGE } = readEnvironment(['ACCOUNTS_TABLE', 'FILES_TABLE', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, changes: NOT_GRANTED, files: FILES_TABLE },
};
const dependencies = {
  namespaces: new DynamodbNamespaceStore(dynamodb),
  stars: new DynamodbStarStore(dynamodb),
  clock: systemClock,
};

export const handler = createApiHandler<'listStars' | 'addStar' | 'removeStar'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }), accounts: new DynamodbAccountStore(dynamodb) },
  starRoutes,
  {
    listStars: (_request, caller) => listStars(dependencies, caller),
    addStar: ({ body }, caller) => addStar(dependencies, body, caller),
    removeStar: ({ parameters, query }, caller) => removeStar(dependencies, { ...parameters, ...query }, caller),
  },
);
