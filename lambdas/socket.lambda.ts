import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { parseList, readEnvironment, readOptional } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { createSocketHandler } from './sockets/create-socket-handler.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';

const { ACCOUNTS_TABLE, SESSIONS_TABLE, STAGE } = readEnvironment(['ACCOUNTS_TABLE', 'SESSIONS_TABLE', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, sessions: SESSIONS_TABLE },
};

export const handler = createSocketHandler({
  accounts: new DynamodbAccountStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  clock: systemClock,
  telemetry: lineTelemetry({ stage: STAGE }),
  // A deployment without web apps allows no origin; native clients send none.
  allowedOrigins: parseList(readOptional('ALLOWED_ORIGINS') ?? ''),
});
