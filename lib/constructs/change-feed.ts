import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ApiFunction } from './api-function.ts';

export interface ChangeFeedProps {
  /** The journal, with its stream. */
  readonly changes: TableV2;
  /** Gets every new entry, in the order of its namespace. */
  readonly consumer: ApiFunction;
  /** An entry that could not be handled for this long is put aside. */
  readonly entryAgeMax: Duration;
  /** An emulator on the same machine speaks no TLS. */
  readonly enforceTls: boolean;
}

/** Entries that one call of the consumer gets at most. */
const BATCH_ENTRIES_MAX = 100;
/** Calls at once for one shard; the order within a namespace is kept. */
const CALLS_PER_SHARD_MAX = 4;
const RETRIES_MAX = 3;

/**
 * Feeds a function from the journal's stream. An entry that it cannot handle is isolated by halving the batch, tried
 * RETRIES_MAX times, and then named in a dead-letter queue: it never holds up the entries behind it.
 */
export class ChangeFeed extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { changes, consumer, entryAgeMax, enforceTls }: ChangeFeedProps) {
    super(scope, id);
    const streamArn = changes.tableStreamArn;
    if (streamArn === undefined) throw new Error('the journal has no stream');
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: enforceTls,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    consumer.allow(
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [streamArn],
      }),
      // Listing is asked of the table, not of one stream.
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: [`${changes.tableArn}/stream/*`] }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
    consumer.lambda.addEventSourceMapping('Feed', {
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_ENTRIES_MAX,
      parallelizationFactor: CALLS_PER_SHARD_MAX,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: RETRIES_MAX,
      maxRecordAge: entryAgeMax,
      // Entries are only ever added; what else the stream reports is their expiry.
      filters: [{ pattern: JSON.stringify({ eventName: ['INSERT'] }) }],
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
  }
}
