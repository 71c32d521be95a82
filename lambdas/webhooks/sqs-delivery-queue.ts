import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import type { DeliveryTask, ReceivedDeliveryQueue } from './delivery-task.ts';

/** Tasks as messages of an SQS queue, whose event source calls the sender. */
export class SqsDeliveryQueue implements ReceivedDeliveryQueue {
  readonly #requests: QueueRequests;

  constructor(options: QueueRequestOptions) {
    this.#requests = new QueueRequests(options);
  }

  async send(task: DeliveryTask, delaySeconds: number): Promise<void> {
    await this.#requests.send('SendMessage', { MessageBody: JSON.stringify(task), DelaySeconds: delaySeconds });
  }

  hide(receipt: string, forSeconds: number): Promise<void> {
    return this.#requests.hide(receipt, forSeconds);
  }
}
