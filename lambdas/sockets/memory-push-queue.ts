import { decodeMemberPage, encodeMemberPage } from './member-page-message.ts';
import type { DelayedPage, MemberPage, PushQueue } from './push-queue.ts';

/** Pages in the memory of one process, as messages, until somebody takes them. */
export class MemoryPushQueue implements PushQueue {
  #messages: { readonly body: string; readonly delaySeconds: number }[] = [];

  async send(pages: readonly DelayedPage[]): Promise<void> {
    this.#messages.push(...pages.map(({ page, delaySeconds }) => ({ body: encodeMemberPage(page), delaySeconds })));
  }

  /** Those that are delivered when so many seconds have passed since all were sent; all when nothing is said. */
  takePages(seconds = Number.POSITIVE_INFINITY): readonly MemberPage[] {
    const taken = this.#messages.filter(({ delaySeconds }) => delaySeconds <= seconds);
    this.#messages = this.#messages.filter(({ delaySeconds }) => delaySeconds > seconds);
    return taken.map(({ body }) => decodeMemberPage(body));
  }
}
