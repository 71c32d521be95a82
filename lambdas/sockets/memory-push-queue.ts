import { decodeMemberPage, encodeMemberPage } from './member-page-message.ts';
import type { MemberPage, PushQueue } from './push-queue.ts';

/** Pages in the memory of one process, as messages, until somebody takes them. */
export class MemoryPushQueue implements PushQueue {
  #messages: string[] = [];

  async send(pages: readonly MemberPage[]): Promise<void> {
    this.#messages.push(...pages.map(encodeMemberPage));
  }

  takePages(): readonly MemberPage[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken.map(decodeMemberPage);
  }
}
