import type { ChangeJournal } from './change-journal.ts';
import { addChange } from './change-queue.ts';
import { type ChangeQueue, NO_CHANGES } from './offline-change.ts';

/** Keeps the queue as long as it lives: in tests, and where the browser keeps nothing. */
export function createMemoryChangeJournal(): ChangeJournal {
  let queue: ChangeQueue = NO_CHANGES;
  const contents = new Map<string, Blob>();
  return {
    read: async () => queue,
    update: async (change) => {
      queue = change(queue);
      const waiting = new Set(queue.changes.map(({ id }) => id));
      for (const id of contents.keys()) if (!waiting.has(id)) contents.delete(id);
      return queue;
    },
    add: async (added) => {
      for (const { change, content } of added) {
        queue = addChange(queue, change);
        if (content !== undefined) contents.set(change.id, content);
      }
      return queue;
    },
    content: async (id) => contents.get(id),
  };
}
