import { assert } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { IndexQueue, IndexTask } from './index-task.ts';
import { SENDS_IN_FLIGHT_MAX } from './limits.ts';

export interface SqsIndexQueueOptions {
  readonly queueUrl: string;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
}

/** Tasks as messages of an SQS queue, whose event source calls the indexer. Source: Amazon SQS API Reference. */
export class SqsIndexQueue implements IndexQueue {
  readonly #requests: AwsRequests;
  readonly #queueUrl: string;
  readonly #url: URL;

  constructor({ queueUrl, connection = processConnection('SQS') }: SqsIndexQueueOptions) {
    this.#requests = new AwsRequests({ signingName: 'sqs', connection });
    this.#queueUrl = queueUrl;
    this.#url = new URL(connection.endpoint ?? `https://sqs.${connection.region}.amazonaws.com`);
  }

  async send(tasks: readonly IndexTask[]): Promise<void> {
    await mapBounded(SENDS_IN_FLIGHT_MAX, tasks, async (task) => {
      const { status } = await this.#requests.send({
        method: 'POST',
        url: this.#url,
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
        body: Buffer.from(JSON.stringify({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(task) })),
      });
      assert(status === 200, `SQS does not answer for a queue of ours with ${status}`);
    });
  }
}
