import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { ApiGatewaySocketPusher } from './sockets/api-gateway-socket-pusher.ts';
import { createFanOutHandler } from './sockets/create-fan-out-handler.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';

const { ACCOUNTS_TABLE, SESSIONS_TABLE, SOCKET_ENDPOINT, STAGE } = readEnvironment([
  'ACCOUNTS_TABLE',
  'SESSIONS_TABLE',
  'SOCKET_ENDPOINT',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, sessions: SESSIONS_TABLE },
};

export const handler = createFanOutHandler({
  accounts: new DynamodbAccountStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  pusher: new ApiGatewaySocketPusher({ endpoint: SOCKET_ENDPOINT }),
  clock: systemClock,
  telemetry: lineTelemetry({ stage: STAGE }),
});
