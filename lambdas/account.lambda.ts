import { accountRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { getAccount } from './accounts/get-account.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, parseByteCount, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const { ACCOUNTS_TABLE, QUOTA_BYTES, STAGE } = readEnvironment(['ACCOUNTS_TABLE', 'QUOTA_BYTES', 'STAGE']);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: { accounts: ACCOUNTS_TABLE, changes: NOT_GRANTED, files: NOT_GRANTED },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  clock: systemClock,
  random: systemRandom,
  quotaBytes: parseByteCount(QUOTA_BYTES),
};

export const handler = createApiHandler<'getAccount'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }), accounts: dependencies.accounts },
  accountRoutes,
  { getAccount: (_request, caller) => getAccount(dependencies, caller) },
);
