import { mapBounded } from '../runtime/map-bounded.ts';
import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import type { IndexTask, ReceivedIndexQueue } from './index-task.ts';
import { SENDS_IN_FLIGHT_MAX } from './limits.ts';

/** Tasks as messages of an SQS queue, whose event source calls the indexer. */
export class SqsIndexQueue implements ReceivedIndexQueue {
  readonly #requests: QueueRequests;

  constructor(options: QueueRequestOptions) {
    this.#requests = new QueueRequests(options);
  }

  async send(tasks: readonly IndexTask[]): Promise<void> {
    await mapBounded(SENDS_IN_FLIGHT_MAX, tasks, (task) =>
      this.#requests.send('SendMessage', { MessageBody: JSON.stringify(task) }),
    );
  }

  async hide(receipt: string, forSeconds: number): Promise<void> {
    await this.#requests.send('ChangeMessageVisibility', { ReceiptHandle: receipt, VisibilityTimeout: forSeconds });
  }
}
