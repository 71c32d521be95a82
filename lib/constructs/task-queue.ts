import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TaskQueueSettings } from '../task-queues.ts';
import type { ApiFunction } from './api-function.ts';

export interface TaskQueueProps {
  /** An emulator on the same machine speaks no TLS. */
  readonly enforceTls: boolean;
  readonly settings: TaskQueueSettings;
}

/** How long what was put aside is kept: as long as a queue can. Source: Amazon SQS Developer Guide, "Message quotas". */
const ASIDE_KEPT = Duration.days(14);

/**
 * A queue whose messages call one function. A message that cannot be handled comes again, as often as the settings say, and is then put aside;
 * it never holds up another one.
 */
export class TaskQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly #settings: TaskQueueSettings;

  constructor(scope: Construct, id: string, { enforceTls, settings }: TaskQueueProps) {
    super(scope, id);
    this.#settings = settings;
    const shared = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: enforceTls,
      removalPolicy: RemovalPolicy.DESTROY,
      retentionPeriod: ASIDE_KEPT,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', shared);
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      ...(settings.keptSecondsMax === undefined ? {} : { retentionPeriod: Duration.seconds(settings.keptSecondsMax) }),
      visibilityTimeout: Duration.seconds(settings.hiddenSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: settings.triesMax },
    });
  }

  /** The queue as functions see it. */
  get address(): { readonly queueArn: string; readonly queueUrl: string } {
    return { queueArn: this.queue.queueArn, queueUrl: this.queue.queueUrl };
  }

  /** Lets a function handle what is in the queue. */
  feed(consumer: ApiFunction): void {
    const { mapping, hidesFailed, batchMessagesMax, callsMax } = this.#settings;
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    if (hidesFailed) actions.push('sqs:ChangeMessageVisibility');
    consumer.allow(new PolicyStatement({ actions, resources: [this.queue.queueArn] }));
    consumer.lambda.addEventSourceMapping(mapping, {
      eventSourceArn: this.queue.queueArn,
      batchSize: batchMessagesMax,
      reportBatchItemFailures: true,
      maxConcurrency: callsMax,
    });
  }
}
