import { type ContentQueue, type ContentTask, decodeContentTask } from './content-task.ts';

/** Tasks in the memory of one process, as messages, until somebody takes them. */
export class MemoryContentQueue implements ContentQueue {
  #messages: string[] = [];

  async send(tasks: readonly ContentTask[]): Promise<void> {
    this.#messages.push(...tasks.map((task) => JSON.stringify(task)));
  }

  takeTasks(): readonly ContentTask[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken.map(decodeContentTask);
  }
}
