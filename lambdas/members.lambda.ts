import { sharingRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { declineInvitation } from './sharing/answer-invitation.ts';
import { DynamodbSharingStore } from './sharing/dynamodb-sharing-store.ts';
import { invite } from './sharing/invite.ts';
import { listFolders } from './sharing/list-folders.ts';
import { listInvitations, listOwnInvitations, withdrawInvitation } from './sharing/list-invitations.ts';
import { listMembers } from './sharing/list-members.ts';

const { ACCOUNTS_TABLE, KEY_SECRET_ID, SESSIONS_TABLE, STAGE } = readEnvironment([
  'ACCOUNTS_TABLE',
  'KEY_SECRET_ID',
  'SESSIONS_TABLE',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, changes: NOT_GRANTED, files: NOT_GRANTED, sessions: SESSIONS_TABLE },
};
const dependencies = {
  namespaces: new DynamodbNamespaceStore(dynamodb),
  sharing: new DynamodbSharingStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
};

type MemberRoute =
  | 'listNamespaces'
  | 'listMembers'
  | 'invite'
  | 'listInvitations'
  | 'withdrawInvitation'
  | 'listOwnInvitations'
  | 'declineInvitation';

export const handler = createApiHandler<MemberRoute>(
  {
    clock: systemClock,
    telemetry: lineTelemetry({ stage: STAGE }),
    accounts: new DynamodbAccountStore(dynamodb),
    attempts: new DynamodbAttemptStore(dynamodb),
  },
  sharingRoutes,
  {
    listNamespaces: (_request, caller) => listFolders(dependencies, caller),
    listMembers: ({ parameters, query }, caller) => listMembers(dependencies, { ...parameters, ...query }, caller),
    invite: ({ parameters, body }, caller) => invite(dependencies, { ...parameters, ...body }, caller),
    listInvitations: ({ parameters }, caller) => listInvitations(dependencies, parameters, caller),
    withdrawInvitation: ({ parameters }, caller) => withdrawInvitation(dependencies, parameters, caller),
    listOwnInvitations: (_request, caller) => listOwnInvitations(dependencies, caller),
    declineInvitation: ({ body }, caller) => declineInvitation(dependencies, body, caller),
  },
);
