import { DynamodbChunkIndex } from './chunks/dynamodb-chunk-index.ts';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { DynamodbPackIndex } from './packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from './references/dynamodb-reference-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { DynamodbSweepIndex } from './sweep/dynamodb-sweep-index.ts';
import { runSweep, type SweepReport } from './sweep/run-sweep.ts';
import { S3RemovableObjects } from './sweep/s3-removable-objects.ts';
import { SqsDeadLetters } from './sweep/sqs-dead-letters.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'BUCKET',
  'CHANGES_TABLE',
  'CHUNKS_TABLE',
  'DEAD_LETTERS_URL',
  'FILES_TABLE',
  'STAGE',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: environment.CHANGES_TABLE,
    chunks: environment.CHUNKS_TABLE,
    files: environment.FILES_TABLE,
  },
};
const objects = new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock });
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dependencies = {
  index: new DynamodbSweepIndex(dynamodb),
  references: new DynamodbReferenceStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
  packs: new DynamodbPackIndex(dynamodb),
  objects,
  removable: new S3RemovableObjects({ bucket: environment.BUCKET }),
  deadLetters: new SqsDeadLetters({ queueUrl: environment.DEAD_LETTERS_URL }),
  clock: systemClock,
  random: systemRandom,
  meter: telemetry,
};

/** One run. Called with `{ "dryRun": true }` it tells what a pass would do, and changes nothing. */
export const handler = async (
  event: { readonly dryRun?: boolean },
  context: { readonly awsRequestId: string },
): Promise<SweepReport> => {
  const startedAt = systemClock.now();
  const report = await runSweep(dependencies, { isDry: event.dryRun === true });
  telemetry.count('chunksSwept', report.counts['chunks removed'] ?? 0);
  telemetry.count('objectsSwept', report.counts['objects removed'] ?? 0);
  if (report.stopped !== undefined) telemetry.count('sweepsStopped');
  telemetry.report({
    route: 'sweep',
    requestId: context.awsRequestId,
    status: report.stopped === undefined ? 200 : 503,
    durationMs: systemClock.now() - startedAt,
  });
  return report;
};
