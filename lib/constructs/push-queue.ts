import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functions } from '../functions.ts';
import type { Pushes } from '../resources.ts';
import type { ApiFunction } from './api-function.ts';

export interface PushQueueProps {
  /** An emulator on the same machine speaks no TLS. */
  readonly enforceTls: boolean;
}

/** Messages that one call of the consumer gets at most. */
const BATCH_MESSAGES_MAX = 10;
/** Times that a message is tried. */
const TRIES_MAX = 3;
/** Calls at once: what a burst of large memberships may take of the concurrency that requests of people need. */
const CALLS_MAX = 20;
/** How long a message is hidden while it is handled. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS". */
const HIDDEN_SECONDS = 6 * functions['fan-out'].timeoutSeconds;
/** Longer than all tries take. A hint that is older has been overtaken by the poll of a client without a socket. */
const HINT_AGE_MAX = Duration.minutes(15);

/**
 * The queue of member pages: hints for namespaces with more members than the stream's consumer tells itself. A message that cannot be
 * handled comes again TRIES_MAX times and is then put aside; it never holds up another one.
 */
export class PushQueue extends Construct {
  readonly pushes: Pushes;
  readonly deadLetters: Queue;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, { enforceTls }: PushQueueProps) {
    super(scope, id);
    const settings = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: enforceTls,
      removalPolicy: RemovalPolicy.DESTROY,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...settings, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...settings,
      retentionPeriod: HINT_AGE_MAX,
      visibilityTimeout: Duration.seconds(HIDDEN_SECONDS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TRIES_MAX },
    });
    this.pushes = { queueArn: this.queue.queueArn, queueUrl: this.queue.queueUrl };
  }

  /** Lets a function handle what is in the queue. */
  feed(consumer: ApiFunction): void {
    consumer.allow(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    consumer.lambda.addEventSourceMapping('Pages', {
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_MESSAGES_MAX,
      reportBatchItemFailures: true,
      maxConcurrency: CALLS_MAX,
    });
  }
}
