import * as z from 'zod/mini';
import { mapBounded } from '../runtime/map-bounded.ts';
import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import type { ContentTask, ReceivedContentQueue } from './content-task.ts';
import { QUEUE_BATCH_MAX, QUEUE_SENDS_IN_FLIGHT_MAX } from './limits.ts';

export interface SqsContentQueueOptions extends QueueRequestOptions {
  /** For how long the index may show a document as it was before the task of it: tasks come after that. @default 0 */
  readonly unseenSeconds?: number;
}

/** Tasks as messages of an SQS queue, whose event source calls the extractor. */
export class SqsContentQueue implements ReceivedContentQueue {
  readonly #requests: QueueRequests;
  readonly #unseenSeconds: number;

  constructor({ unseenSeconds = 0, ...options }: SqsContentQueueOptions) {
    this.#requests = new QueueRequests(options);
    this.#unseenSeconds = unseenSeconds;
  }

  async send(tasks: readonly ContentTask[]): Promise<void> {
    const batches: (readonly ContentTask[])[] = [];
    for (let from = 0; from < tasks.length; from += QUEUE_BATCH_MAX) {
      batches.push(tasks.slice(from, from + QUEUE_BATCH_MAX));
    }
    await mapBounded(QUEUE_SENDS_IN_FLIGHT_MAX, batches, (batch) => this.#sendBatch(batch));
  }

  hide(receipt: string, forSeconds: number): Promise<void> {
    return this.#requests.hide(receipt, forSeconds);
  }

  async #sendBatch(batch: readonly ContentTask[]): Promise<void> {
    const delay = this.#unseenSeconds === 0 ? {} : { DelaySeconds: this.#unseenSeconds };
    const entries = batch.map((task, index) => ({ Id: String(index), MessageBody: JSON.stringify(task), ...delay }));
    const answer = BatchAnswer.parse(await this.#requests.send('SendMessageBatch', { Entries: entries }));
    const failed = answer.Failed?.length ?? 0;
    if (failed > 0) throw new UnavailableError(`the queue did not take ${failed} tasks`);
  }
}

const BatchAnswer = z.object({ Failed: z.optional(z.array(z.unknown())) });
