import { assert } from '@syncline/protocol';
import { S3ObjectStore } from './chunks/s3-object-store.ts';
import { DynamodbPackIndex } from './packs/dynamodb-pack-index.ts';
import { DynamodbReferenceStore } from './references/dynamodb-reference-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock } from './runtime/system-clock.ts';
import { DynamodbScrubStore } from './scrub/dynamodb-scrub-store.ts';
import { runScrub } from './scrub/run-scrub.ts';
import type { ScrubProgress, StoredDefect } from './scrub/scrub-store.ts';
import { DynamodbSweepIndex } from './sweep/dynamodb-sweep-index.ts';
import { S3RemovableObjects } from './sweep/s3-removable-objects.ts';

const environment = readEnvironment(['BUCKET', 'CHUNKS_TABLE', 'SCRUB_DAYS', 'STAGE']);
const daysPerPass = Number(environment.SCRUB_DAYS);
assert(Number.isSafeInteger(daysPerPass) && daysPerPass >= 1, 'a pass takes whole days');

// Of the other tables it reads nothing.
const tableNames = { accounts: '', chunks: environment.CHUNKS_TABLE, files: '' };
const dynamodb = { client: createDynamodbClient(), tableNames };
const telemetry = lineTelemetry({ stage: environment.STAGE });
const dependencies = {
  index: new DynamodbSweepIndex(dynamodb),
  packs: new DynamodbPackIndex(dynamodb),
  references: new DynamodbReferenceStore(dynamodb),
  store: new DynamodbScrubStore(dynamodb),
  objects: new S3ObjectStore({ bucket: environment.BUCKET, clock: systemClock }),
  listing: new S3RemovableObjects({ bucket: environment.BUCKET }),
  clock: systemClock,
};

/** One run, on a schedule. Each defect is a line of its own; docs/OPERATING.md says what to do. */
export const handler = async (
  _event: unknown,
  context: { readonly awsRequestId: string },
): Promise<{ readonly progress: ScrubProgress; readonly defects: readonly StoredDefect[] }> => {
  const startedAt = systemClock.now();
  const defects: StoredDefect[] = [];
  const progress = await runScrub(dependencies, { daysPerPass, tell: (defect) => defects.push(defect) });
  for (const { kind, domain, hash, code } of defects) {
    const line = { level: 'ERROR', message: `a ${kind} is ${code}`, domain, hash, remedy: REMEDY };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  telemetry.count('scrubDefects', defects.length);
  telemetry.report({
    route: 'scrub',
    requestId: context.awsRequestId,
    status: defects.length === 0 ? 200 : 500,
    durationMs: systemClock.now() - startedAt,
  });
  return { progress, defects };
};

const REMEDY = 'stop the sweep and the expiry, then "npm run admin -- fsck --deep": it names the files, and what to do';
