import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functions } from '../functions.ts';
import type { Deliveries } from '../resources.ts';
import type { ApiFunction } from './api-function.ts';

export interface DeliveryQueueProps {
  /** An emulator on the same machine speaks no TLS. */
  readonly enforceTls: boolean;
}

/** Messages that one call of the sender gets at most. */
const BATCH_MESSAGES_MAX = 10;
/** Times that a message comes: with the pauses between them more than a receiver is tried in the days until its webhook ends. */
const TRIES_MAX = 200;
/** Calls at once: each waits for servers of others. */
const CALLS_MAX = 10;
/** How long a message is hidden while it is handled. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS". */
const HIDDEN_SECONDS = 6 * functions.deliver.timeoutSeconds;

/**
 * The queue of webhooks that are to be looked at. A receiver that fails is tried by the same message again, ever later; a message that cannot be handled
 * because of us is put aside after TRIES_MAX times. It never holds up another one.
 */
export class DeliveryQueue extends Construct {
  readonly deliveries: Deliveries;
  readonly deadLetters: Queue;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, { enforceTls }: DeliveryQueueProps) {
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
    this.deliveries = { queueArn: this.queue.queueArn, queueUrl: this.queue.queueUrl };
  }

  /** Lets a function handle what is in the queue. */
  feed(consumer: ApiFunction): void {
    consumer.allow(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
        resources: [this.queue.queueArn],
      }),
    );
    consumer.lambda.addEventSourceMapping('Deliveries', {
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_MESSAGES_MAX,
      reportBatchItemFailures: true,
      maxConcurrency: CALLS_MAX,
    });
  }
}
