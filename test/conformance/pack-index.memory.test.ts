import { MemoryPackIndex } from '../../lambdas/packs/memory-pack-index.ts';
import { describePackIndex } from './pack-index.ts';

describePackIndex(async () => new MemoryPackIndex());
