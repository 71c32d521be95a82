import { MemorySocketPusher } from '../../lambdas/sockets/memory-socket-pusher.ts';
import { describeSocketPusher } from './socket-pusher.ts';

describeSocketPusher(async () => {
  const pusher = new MemorySocketPusher();
  let count = 0;
  return {
    pusher,
    open: async () => {
      const messages: unknown[] = [];
      let closed = false;
      const connectionId = `connection ${count++}`;
      pusher.open(connectionId, {
        receive: (message) => {
          messages.push(message);
        },
        closed: () => {
          closed = true;
        },
      });
      return { connectionId, received: async () => messages, isClosed: async () => closed };
    },
  };
});
