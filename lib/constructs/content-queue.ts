import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functions } from '../functions.ts';
import type { ApiFunction } from './api-function.ts';

export interface ContentQueueProps {
  /** An emulator on the same machine speaks no TLS. */
  readonly enforceTls: boolean;
}

/** Few, so that all of one call are done within its time, whatever each of them takes (lambdas/extraction/limits.ts). */
const BATCH_MESSAGES_MAX = 5;
/** With the pauses between them an index that is down for hours is waited for. */
const TRIES_MAX = 60;
/** Calls at once: reading costs a core each, and the index takes what eight of `index` leave. */
const CALLS_MAX = 4;
/** How long a message is hidden while it is handled, and after it failed. */
const HIDDEN_SECONDS = functions.extract.timeoutSeconds + 60;

/**
 * The queue of contents whose words are to be read. What cannot be read is marked in the index and done; a message only comes again when something did
 * not answer, TRIES_MAX times and ever later, and is then put aside. It never holds up another one.
 */
export class ContentQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { enforceTls }: ContentQueueProps) {
    super(scope, id);
    const settings = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: enforceTls,
      removalPolicy: RemovalPolicy.DESTROY,
      retentionPeriod: Duration.days(14),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', settings);
    this.queue = new Queue(this, 'Queue', {
      ...settings,
      visibilityTimeout: Duration.seconds(HIDDEN_SECONDS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TRIES_MAX },
    });
  }

  /** Lets a function handle what is in the queue. */
  feed(consumer: ApiFunction): void {
    consumer.allow(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
        resources: [this.queue.queueArn],
      }),
    );
    consumer.lambda.addEventSourceMapping('Contents', {
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_MESSAGES_MAX,
      reportBatchItemFailures: true,
      maxConcurrency: CALLS_MAX,
    });
  }
}
