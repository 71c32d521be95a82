import { decodeIndexTask, type IndexTask, type ReceivedIndexQueue } from './index-task.ts';

/** Tasks in the memory of one process, as messages, until somebody takes them. */
export class MemoryIndexQueue implements ReceivedIndexQueue {
  #messages: string[] = [];
  /** Receipts of what failed, and for how long it was hidden. */
  readonly hidden: (readonly [receipt: string, forSeconds: number])[] = [];

  async send(tasks: readonly IndexTask[]): Promise<void> {
    this.#messages.push(...tasks.map((task) => JSON.stringify(task)));
  }

  async hide(receipt: string, forSeconds: number): Promise<void> {
    this.hidden.push([receipt, forSeconds]);
  }

  takeMessages(): readonly string[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken;
  }

  takeTasks(): readonly IndexTask[] {
    return this.takeMessages().map(decodeIndexTask);
  }
}
