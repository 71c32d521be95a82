import { MemoryStarStore } from '../../lambdas/stars/memory-star-store.ts';
import { describeStarStore } from './star-store.ts';

describeStarStore(async () => new MemoryStarStore());
