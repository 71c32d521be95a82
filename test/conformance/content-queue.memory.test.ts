import { MemoryContentQueue } from '../../lambdas/extraction/memory-content-queue.ts';
import { describeContentQueue } from './content-queue.ts';

describeContentQueue(async () => {
  const queue = new MemoryContentQueue();
  return { queue, take: async () => queue.takeTasks() };
});
