import { mapBounded } from '../runtime/map-bounded.ts';
import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import type { IndexTask, ReceivedIndexQueue } from './index-task.ts';
import { SENDS_IN_FLIGHT_MAX } from './limits.ts';

export interface SqsIndexQueueOptions extends QueueRequestOptions {
  /** For how long the index may not show what was written: tasks that look for what it has come after that. @default 0 */
  readonly unseenSeconds?: number;
}

/** Tasks as messages of an SQS queue, whose event source calls the indexer. */
export class SqsIndexQueue implements ReceivedIndexQueue {
  readonly #requests: QueueRequests;
  readonly #unseenSeconds: number;

  constructor({ unseenSeconds = 0, ...options }: SqsIndexQueueOptions) {
    this.#requests = new QueueRequests(options);
    this.#unseenSeconds = unseenSeconds;
  }

  async send(tasks: readonly IndexTask[]): Promise<void> {
    await mapBounded(SENDS_IN_FLIGHT_MAX, tasks, (task) =>
      this.#requests.send('SendMessage', { MessageBody: JSON.stringify(task), ...this.#delayOf(task) }),
    );
  }

  /** What goes on after a page has seen enough when it began. */
  #delayOf(task: IndexTask): { readonly DelaySeconds?: number } {
    const isFirstLook = task.kind === 'forget' && task.after === undefined;
    return isFirstLook && this.#unseenSeconds > 0 ? { DelaySeconds: this.#unseenSeconds } : {};
  }

  hide(receipt: string, forSeconds: number): Promise<void> {
    return this.#requests.hide(receipt, forSeconds);
  }
}
