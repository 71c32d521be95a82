import { assert } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import type { DeadLetters } from './dead-letters.ts';

/** The queue in which the stream's event source puts aside what its consumer could not handle. Source: Amazon SQS API Reference. */
export class SqsDeadLetters implements DeadLetters {
  readonly #requests: AwsRequests;
  readonly #queueUrl: string;
  readonly #url: URL;

  constructor({ queueUrl, connection = processConnection('SQS') }: { queueUrl: string; connection?: AwsConnection }) {
    this.#requests = new AwsRequests({ signingName: 'sqs', connection });
    this.#queueUrl = queueUrl;
    this.#url = new URL(connection.endpoint ?? `https://sqs.${connection.region}.amazonaws.com`);
  }

  async count(): Promise<number> {
    const { status, body } = await this.#requests.send({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.GetQueueAttributes' },
      body: Buffer.from(JSON.stringify({ QueueUrl: this.#queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })),
    });
    assert(status === 200, `SQS does not answer for a queue of ours with ${status}`);
    const { Attributes: attributes } = JSON.parse(body.toString()) as {
      readonly Attributes?: { readonly ApproximateNumberOfMessages?: string };
    };
    const count = Number(attributes?.ApproximateNumberOfMessages);
    assert(Number.isSafeInteger(count), 'SQS tells how many messages a queue has');
    return count;
  }
}
