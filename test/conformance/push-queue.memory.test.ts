import { MemoryPushQueue } from '../../lambdas/sockets/memory-push-queue.ts';
import { describePushQueue } from './push-queue.ts';

describePushQueue(async () => {
  const queue = new MemoryPushQueue();
  return { queue, take: async () => queue.takePages(), takeReady: async () => queue.takePages(0) };
});
