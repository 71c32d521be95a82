import { SqsContentQueue } from './extraction/sqs-content-queue.ts';
import { DynamodbJournalPositions } from './journal/dynamodb-journal-positions.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { createIndexHandler } from './search/create-index-handler.ts';
import { engineAt } from './search/engine-kind.ts';
import { UNSEEN_SECONDS_MAX } from './search/limits.ts';
import { openSearchIndex } from './search/open-search-index.ts';
import { SqsIndexQueue } from './search/sqs-index-queue.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'CHANGES_TABLE',
  'CONTENT_QUEUE_URL',
  'FILES_TABLE',
  'INDEX_QUEUE_URL',
  'SEARCH_ENDPOINT',
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
  },
};

const unseenSeconds = engineAt(environment.SEARCH_ENDPOINT) === 'serverless' ? UNSEEN_SECONDS_MAX : 0;

export const handler = createIndexHandler({
  namespaces: new DynamodbNamespaceStore(dynamodb),
  ...openSearchIndex(environment.SEARCH_ENDPOINT),
  progress: new DynamodbJournalPositions({ ...dynamodb, tableName: environment.SESSIONS_TABLE, follower: 'indexed' }),
  queue: new SqsIndexQueue({ queueUrl: environment.INDEX_QUEUE_URL, unseenSeconds }),
  contents: new SqsContentQueue({ queueUrl: environment.CONTENT_QUEUE_URL, unseenSeconds }),
  clock: systemClock,
  telemetry: lineTelemetry({ stage: environment.STAGE }),
});
