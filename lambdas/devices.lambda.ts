import { deviceRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { listDevices } from './devices/list-devices.ts';
import { registerDevice } from './devices/register-device.ts';
import { renameDevice } from './devices/rename-device.ts';
import { reportWipe } from './devices/report-wipe.ts';
import { unlinkDevice } from './devices/unlink-device.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { ApiGatewaySocketPusher } from './sockets/api-gateway-socket-pusher.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';

const { ACCOUNTS_TABLE, CHANGES_TABLE, SESSIONS_TABLE, SOCKET_ENDPOINT, STAGE } = readEnvironment([
  'ACCOUNTS_TABLE',
  'CHANGES_TABLE',
  'SESSIONS_TABLE',
  'SOCKET_ENDPOINT',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, changes: CHANGES_TABLE, files: NOT_GRANTED, sessions: SESSIONS_TABLE },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  pusher: new ApiGatewaySocketPusher({ endpoint: SOCKET_ENDPOINT }),
  clock: systemClock,
};

export const handler = createApiHandler<
  'registerDevice' | 'listDevices' | 'renameDevice' | 'unlinkDevice' | 'reportWipe'
>({ clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }), accounts: dependencies.accounts }, deviceRoutes, {
  registerDevice: ({ body }, caller) => registerDevice(dependencies, body, caller),
  listDevices: (_request, caller) => listDevices(dependencies, caller),
  renameDevice: ({ parameters, body }, caller) => renameDevice(dependencies, { ...parameters, ...body }, caller),
  unlinkDevice: ({ parameters, query }, caller) =>
    unlinkDevice(dependencies, { ...parameters, wipe: query.wipe === 'true' }, caller),
  reportWipe: ({ parameters, body }, caller) => reportWipe(dependencies, { ...parameters, ...body }, caller),
});
