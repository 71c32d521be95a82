import { MemorySearchIndex } from '../../lambdas/search/memory-search-index.ts';
import { describeSearchIndex } from './search-index.ts';

describeSearchIndex(async () => ({
  index: new MemorySearchIndex(),
  settle: async () => undefined,
  close: async () => undefined,
}));
