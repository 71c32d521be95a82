import { decodeIndexTask, type IndexQueue, type IndexTask } from './index-task.ts';

/** Tasks in the memory of one process, as messages, until somebody takes them. */
export class MemoryIndexQueue implements IndexQueue {
  #messages: string[] = [];

  async send(tasks: readonly IndexTask[]): Promise<void> {
    this.#messages.push(...tasks.map((task) => JSON.stringify(task)));
  }

  takeTasks(): readonly IndexTask[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken.map(decodeIndexTask);
  }
}
