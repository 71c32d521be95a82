import { mapBounded } from '../runtime/map-bounded.ts';
import { type QueueRequestOptions, QueueRequests } from '../runtime/queue-requests.ts';
import { QUEUE_SENDS_IN_FLIGHT_MAX } from './limits.ts';
import { encodeMemberPage } from './member-page-message.ts';
import type { DelayedPage, PushQueue } from './push-queue.ts';

/** Pages as messages of an SQS queue, whose event source calls the consumer. */
export class SqsPushQueue implements PushQueue {
  readonly #requests: QueueRequests;

  constructor(options: QueueRequestOptions) {
    this.#requests = new QueueRequests(options);
  }

  async send(pages: readonly DelayedPage[]): Promise<void> {
    await mapBounded(QUEUE_SENDS_IN_FLIGHT_MAX, pages, ({ page, delaySeconds }) =>
      this.#requests.send('SendMessage', { MessageBody: encodeMemberPage(page), DelaySeconds: delaySeconds }),
    );
  }
}
