import { type ContentTask, decodeContentTask, type ReceivedContentQueue } from './content-task.ts';

/** Tasks in the memory of one process, as messages, until somebody takes them. */
export class MemoryContentQueue implements ReceivedContentQueue {
  #messages: string[] = [];
  /** Receipts of what failed, and for how long it was hidden. */
  readonly hidden: (readonly [receipt: string, forSeconds: number])[] = [];

  async send(tasks: readonly ContentTask[]): Promise<void> {
    this.#messages.push(...tasks.map((task) => JSON.stringify(task)));
  }

  async hide(receipt: string, forSeconds: number): Promise<void> {
    this.hidden.push([receipt, forSeconds]);
  }

  takeTasks(): readonly ContentTask[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken.map(decodeContentTask);
  }
}
