import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { listDevices } from './devices/list-devices.ts';
import { registerDevice } from './devices/register-device.ts';
import { renameDevice } from './devices/rename-device.ts';
import { unlinkDevice } from './devices/unlink-device.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { ApiGatewaySocketPusher } from './sockets/api-gateway-socket-pusher.ts';
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
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  pusher: new ApiGatewaySocketPusher({ endpoint: SOCKET_ENDPOINT }),
  clock: systemClock,
};

export const handler = createApiHandler<'registerDevice' | 'listDevices' | 'renameDevice' | 'unlinkDevice'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }) },
  {
    registerDevice: ({ body }, caller) => registerDevice(dependencies, body, caller),
    listDevices: (_request, caller) => listDevices(dependencies, caller),
    renameDevice: ({ parameters, body }, caller) => renameDevice(dependencies, { ...parameters, ...body }, caller),
    unlinkDevice: ({ parameters }, caller) => unlinkDevice(dependencies, parameters.deviceId, caller),
  },
);
