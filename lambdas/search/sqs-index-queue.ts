import { mapBounded } from '../runtime/map-bounded.ts';
import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import type { IndexQueue, IndexTask } from './index-task.ts';
import { SENDS_IN_FLIGHT_MAX } from './limits.ts';

/** Tasks as messages of an SQS queue, whose event source calls the indexer. */
export class SqsIndexQueue implements IndexQueue {
  readonly #requests: QueueRequests;

  constructor(options: QueueRequestOptions) {
    this.#requests = new QueueRequests(options);
  }

  async send(tasks: readonly IndexTask[]): Promise<void> {
    await mapBounded(SENDS_IN_FLIGHT_MAX, tasks, (task) =>
      this.#requests.send('SendMessage', { MessageBody: JSON.stringify(task) }),
    );
  }
}
