import { MemoryChunkIndex } from '../../lambdas/chunks/memory-chunk-index.ts';
import { describeChunkIndex } from './chunk-index.ts';

describeChunkIndex(async () => {
  const chunks = new MemoryChunkIndex();
  return { chunks, sweep: async (domain, hash, to) => chunks.sweep(domain, hash, to) };
});
