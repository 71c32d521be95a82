import { assert } from '@syncline/protocol';
import { type AwsConnection, processConnection } from './aws-connection.ts';
import { AwsRequests } from './aws-requests.ts';
import type { Clock, Random } from './clock.ts';
import type { ReceivedQueue } from './received-messages.ts';

export interface QueueRequestOptions {
  readonly queueUrl: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
}

export type QueueAction = 'SendMessage' | 'SendMessageBatch' | 'GetQueueAttributes' | 'ChangeMessageVisibility';

/** Requests to SQS about one queue of ours. Source: Amazon SQS API Reference. */
export class QueueRequests implements ReceivedQueue {
  readonly #requests: AwsRequests;
  readonly #queueUrl: string;
  readonly #url: URL;

  constructor(options: QueueRequestOptions) {
    const { queueUrl, connection = processConnection('SQS'), ...time } = options;
    this.#requests = new AwsRequests({ ...time, signingName: 'sqs', connection });
    this.#queueUrl = queueUrl;
    this.#url = new URL(connection.endpoint ?? `https://sqs.${connection.region}.amazonaws.com`);
  }

  /** Lets a message that was received come again after so many seconds. @throws UnavailableError. Cost: a request. */
  async hide(receipt: string, forSeconds: number): Promise<void> {
    await this.send('ChangeMessageVisibility', { ReceiptHandle: receipt, VisibilityTimeout: forSeconds });
  }

  /** The answer as JSON. @throws UnavailableError when there was none after all tries. */
  async send(action: QueueAction, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { status, body } = await this.#requests.send({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
      body: Buffer.from(JSON.stringify({ QueueUrl: this.#queueUrl, ...input })),
    });
    assert(status === 200, `SQS does not answer for a queue of ours with ${status}`);
    return body.length === 0 ? {} : JSON.parse(body.toString());
  }
}
