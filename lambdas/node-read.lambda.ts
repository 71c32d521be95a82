import { deviceRoutes, nodeRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { checkWipe } from './devices/check-wipe.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { getNode } from './namespaces/get-node.ts';
import { listChildren } from './namespaces/list-children.ts';
import { listRevisions } from './namespaces/list-revisions.ts';
import { resolvePath } from './namespaces/resolve-path.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'FILES_TABLE', 'KEY_SECRET_ID', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: environment.ACCOUNTS_TABLE, changes: NOT_GRANTED, files: environment.FILES_TABLE },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
};

export const handler = createApiHandler<'getNode' | 'listChildren' | 'listRevisions' | 'resolvePath' | 'checkWipe'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }), accounts: dependencies.accounts },
  { ...nodeRoutes, checkWipe: deviceRoutes.checkWipe },
  {
    getNode: ({ parameters, query }, caller) => getNode(dependencies, { ...query, ...parameters }, caller),
    listChildren: ({ parameters, query }, caller) => listChildren(dependencies, { ...query, ...parameters }, caller),
    listRevisions: ({ parameters, query }, caller) => listRevisions(dependencies, { ...query, ...parameters }, caller),
    resolvePath: ({ query }, caller) => resolvePath(dependencies, query, caller),
    checkWipe: ({ parameters, body }, caller) => checkWipe(dependencies, { ...parameters, ...body }, caller),
  },
);
