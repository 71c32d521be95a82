import { MemorySocketStore } from '../../lambdas/sockets/memory-socket-store.ts';
import { describeSocketStore } from './socket-store.ts';

describeSocketStore(async () => new MemorySocketStore());
