import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functions } from '../functions.ts';
import type { ApiFunction } from './api-function.ts';

export interface IndexQueueProps {
  /** An emulator on the same machine speaks no TLS. */
  readonly enforceTls: boolean;
}

const BATCH_MESSAGES_MAX = 10;
/** With the pauses between them an index that is down for hours is waited for. */
const TRIES_MAX = 100;
/** Calls at once: what one node of the index can take. */
const CALLS_MAX = 8;
/** How long a message is hidden while it is handled, and after it failed. */
const HIDDEN_SECONDS = functions.index.timeoutSeconds + 60;

/**
 * The queue of what the index is to follow. A message that cannot be handled comes again TRIES_MAX times, ever later, which takes hours, and is then put
 * aside; it never holds up another one. What is put aside is made good by the next change of its namespace, or by redriving it.
 */
export class IndexQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { enforceTls }: IndexQueueProps) {
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
    consumer.lambda.addEventSourceMapping('Tasks', {
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_MESSAGES_MAX,
      reportBatchItemFailures: true,
      maxConcurrency: CALLS_MAX,
    });
  }
}
