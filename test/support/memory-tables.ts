import { MemoryDynamodb } from '../../lambdas/runtime/memory-dynamodb.ts';
import { SeededRandom } from './seeded-random.ts';

/** A set of new tables in memory and what every adapter over them is made with, but for the clock. */
export function openMemoryTables() {
  return {
    client: new MemoryDynamodb(),
    random: new SeededRandom('tables'),
    tableNames: {
      files: 'files',
      chunks: 'chunks',
      changes: 'changes',
      accounts: 'accounts',
      sessions: 'sessions',
    },
  };
}
