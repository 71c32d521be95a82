import { socketRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';
import { openSocket } from './sockets/open-socket.ts';

const { ACCOUNTS_TABLE, SESSIONS_TABLE, SOCKET_URL, STAGE } = readEnvironment([
  'ACCOUNTS_TABLE',
  'SESSIONS_TABLE',
  'SOCKET_URL',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, sessions: SESSIONS_TABLE },
};
const sockets = new DynamodbSocketStore(dynamodb);
const dependencies = { sockets, clock: systemClock, random: systemRandom, socketUrl: SOCKET_URL };

export const handler = createApiHandler<'openSocket'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }), accounts: new DynamodbAccountStore(dynamodb) },
  socketRoutes,
  { openSocket: (_request, caller) => openSocket(dependencies, caller) },
);
