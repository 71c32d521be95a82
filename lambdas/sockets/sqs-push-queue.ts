import { assert } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { QUEUE_SENDS_IN_FLIGHT_MAX } from './limits.ts';
import { encodeMemberPage } from './member-page-message.ts';
import type { MemberPage, PushQueue } from './push-queue.ts';

export interface SqsPushQueueOptions {
  readonly queueUrl: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
}

/** Pages as messages of an SQS queue, whose event source calls the consumer. */
export class SqsPushQueue implements PushQueue {
  readonly #requests: AwsRequests;
  readonly #queueUrl: string;
  readonly #url: URL;

  constructor(options: SqsPushQueueOptions) {
    const { queueUrl, connection = processConnection('SQS'), ...time } = options;
    this.#requests = new AwsRequests({ ...time, signingName: 'sqs', connection });
    this.#queueUrl = queueUrl;
    this.#url = new URL(connection.endpoint ?? `https://sqs.${connection.region}.amazonaws.com`);
  }

  async send(pages: readonly MemberPage[]): Promise<void> {
    await mapBounded(QUEUE_SENDS_IN_FLIGHT_MAX, pages, (page) => this.#sendOne(page));
  }

  async #sendOne(page: MemberPage): Promise<void> {
    const { status } = await this.#requests.send({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
      body: Buffer.from(JSON.stringify({ QueueUrl: this.#queueUrl, MessageBody: encodeMemberPage(page) })),
    });
    assert(status === 200, `SQS does not answer for a queue of ours with ${status}`);
  }
}
