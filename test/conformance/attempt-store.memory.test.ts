import { MemoryAttemptStore } from '../../lambdas/links/memory-attempt-store.ts';
import { describeAttemptStore } from './attempt-store.ts';

describeAttemptStore(async () => new MemoryAttemptStore());
