import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { ApiGatewaySocketPusher } from './sockets/api-gateway-socket-pusher.ts';
import { createNotifyHandler } from './sockets/create-notify-handler.ts';
import { decodeAppendedEntry } from './sockets/dynamodb-appended-entry.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';
import { SqsPushQueue } from './sockets/sqs-push-queue.ts';

const { ACCOUNTS_TABLE, PUSH_QUEUE_URL, SESSIONS_TABLE, SOCKET_ENDPOINT, STAGE } = readEnvironment([
  'ACCOUNTS_TABLE',
  'PUSH_QUEUE_URL',
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

export const handler = createNotifyHandler({
  accounts: new DynamodbAccountStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  pushes: new SqsPushQueue({ queueUrl: PUSH_QUEUE_URL }),
  pusher: new ApiGatewaySocketPusher({ endpoint: SOCKET_ENDPOINT }),
  clock: systemClock,
  telemetry: lineTelemetry({ stage: STAGE }),
  decodeEntry: decodeAppendedEntry,
});
