import { operatorRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbJournalPositions } from './journal/dynamodb-journal-positions.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { getUpkeep } from './operators/get-upkeep.ts';
import { listAccounts } from './operators/list-accounts.ts';
import { DynamodbReferenceStore } from './references/dynamodb-reference-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbScrubStore } from './scrub/dynamodb-scrub-store.ts';
import { DynamodbSweepIndex } from './sweep/dynamodb-sweep-index.ts';

const environment = readEnvironment(['ACCOUNTS_TABLE', 'CHUNKS_TABLE', 'KEY_SECRET_ID', 'SESSIONS_TABLE', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: NOT_GRANTED,
    chunks: environment.CHUNKS_TABLE,
    files: NOT_GRANTED,
  },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  references: new DynamodbReferenceStore(dynamodb),
  indexProgress: new DynamodbJournalPositions({
    ...dynamodb,
    tableName: environment.SESSIONS_TABLE,
    follower: 'indexed',
  }),
  sweep: new DynamodbSweepIndex(dynamodb),
  scrub: new DynamodbScrubStore(dynamodb),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
};

export const handler = createApiHandler<'listAccounts' | 'getUpkeep'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: environment.STAGE }), accounts: dependencies.accounts },
  operatorRoutes,
  {
    listAccounts: ({ query }) => listAccounts(dependencies, query),
    getUpkeep: () => getUpkeep(dependencies),
  },
);
