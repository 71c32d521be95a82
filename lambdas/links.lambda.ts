import { linkRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { createLink } from './links/create-link.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbLinkStore } from './links/dynamodb-link-store.ts';
import { listLinks } from './links/list-links.ts';
import { revokeLink } from './links/revoke-link.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'FILES_TABLE', 'SESSIONS_TABLE', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: NOT_GRANTED,
    files: environment.FILES_TABLE,
    sessions: environment.SESSIONS_TABLE,
  },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  links: new DynamodbLinkStore(dynamodb),
  clock: systemClock,
  random: systemRandom,
};

export const handler = createApiHandler<'createLink' | 'listLinks' | 'revokeLink'>(
  {
    clock: systemClock,
    telemetry: lineTelemetry({ stage: environment.STAGE }),
    accounts: dependencies.accounts,
    attempts: new DynamodbAttemptStore(dynamodb),
  },
  linkRoutes,
  {
    createLink: ({ body }, caller) => createLink(dependencies, body, caller),
    listLinks: (_request, caller) => listLinks(dependencies, caller),
    revokeLink: ({ parameters }, caller) => revokeLink(dependencies, parameters.linkId, caller),
  },
);
