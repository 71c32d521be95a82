import { sharingRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { acceptInvitation } from './sharing/answer-invitation.ts';
import { changeRole } from './sharing/change-role.ts';
import { DynamodbSharingStore } from './sharing/dynamodb-sharing-store.ts';
import { removeMember } from './sharing/remove-member.ts';
import { shareFolder } from './sharing/share-folder.ts';
import { unshare } from './sharing/unshare.ts';
import { ApiGatewaySocketPusher } from './sockets/api-gateway-socket-pusher.ts';
import { DynamodbSocketStore } from './sockets/dynamodb-socket-store.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'CHANGES_TABLE',
  'FILES_TABLE',
  'SESSIONS_TABLE',
  'SOCKET_ENDPOINT',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: environment.CHANGES_TABLE,
    files: environment.FILES_TABLE,
    sessions: environment.SESSIONS_TABLE,
  },
};
const accounts = new DynamodbAccountStore(dynamodb);
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dependencies = {
  accounts,
  namespaces: new DynamodbNamespaceStore(dynamodb),
  sharing: new DynamodbSharingStore(dynamodb),
  sockets: new DynamodbSocketStore(dynamodb),
  pusher: new ApiGatewaySocketPusher({ endpoint: environment.SOCKET_ENDPOINT }),
  clock: systemClock,
  random: systemRandom,
  meter: telemetry,
};

export const handler = createApiHandler<'shareFolder' | 'acceptInvitation' | 'changeRole' | 'removeMember' | 'unshare'>(
  { clock: systemClock, telemetry, accounts, attempts: new DynamodbAttemptStore(dynamodb) },
  sharingRoutes,
  {
    shareFolder: ({ body }, caller) => shareFolder(dependencies, body, caller),
    acceptInvitation: ({ body }, caller) => acceptInvitation(dependencies, body, caller),
    changeRole: ({ parameters, body }, caller) => changeRole(dependencies, { ...parameters, ...body }, caller),
    removeMember: ({ parameters }, caller) => removeMember(dependencies, parameters, caller),
    unshare: ({ parameters }, caller) => unshare(dependencies, parameters, caller),
  },
);
