import { MemoryChunkIndex } from '../../lambdas/chunks/memory-chunk-index.ts';
import { KnownObjects } from '../support/known-objects.ts';
import { describeChunkIndex } from './chunk-index.ts';

describeChunkIndex(async () => {
  const objects = new KnownObjects();
  const chunks = new MemoryChunkIndex({ objects });
  return { chunks, objects, sweep: async (domain, hash, to) => chunks.sweep(domain, hash, to) };
});
