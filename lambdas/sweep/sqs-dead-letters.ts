import { assert } from '@syncline/protocol';
import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import type { DeadLetters } from './dead-letters.ts';

/** The queue in which the stream's event source puts aside what its consumer could not handle. */
export class SqsDeadLetters implements DeadLetters {
  readonly #requests: QueueRequests;

  constructor(options: QueueRequestOptions) {
    this.#requests = new QueueRequests(options);
  }

  async count(): Promise<number> {
    const answer = await this.#requests.send('GetQueueAttributes', { AttributeNames: ['ApproximateNumberOfMessages'] });
    const { Attributes: attributes } = answer as {
      readonly Attributes?: { readonly ApproximateNumberOfMessages?: string };
    };
    const count = Number(attributes?.ApproximateNumberOfMessages);
    assert(Number.isSafeInteger(count), 'SQS tells how many messages a queue has');
    return count;
  }
}
