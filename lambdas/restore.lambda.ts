import { historyRoutes, InvariantError } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { restoreTree } from './history/restore-tree.ts';
import { decideOperation } from './journal/decide-operation.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'CHANGES_TABLE',
  'FILES_TABLE',
  'KEY_SECRET_ID',
  'SESSIONS_TABLE',
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
const dependencies = {
  accounts,
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: { lookup: noUpload, pin: noUpload, recordStored: noUpload },
  objects: { head: noUpload, read: noUpload },
  uploads: { get: noUpload },
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
  decide: decideOperation,
};

export const handler = createApiHandler<'restoreTree'>(
  {
    clock: systemClock,
    telemetry: lineTelemetry({ stage: environment.STAGE }),
    accounts,
    attempts: new DynamodbAttemptStore(dynamodb),
  },
  historyRoutes,
  { restoreTree: ({ body }, caller) => restoreTree(dependencies, body, caller) },
);

/** A restore names contents that were committed before: nobody looks for what an upload has sent. */
function noUpload(): never {
  throw new InvariantError('a restore commits no upload');
}
