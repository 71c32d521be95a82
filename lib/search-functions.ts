import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';
import { count } from './row-reads.ts';

/** The part of the deployed functions (functions.ts) that finds files. */
export const searchFunctions = {
  search: {
    routes: ['search'],
    // The Query is for what is mounted.
    access: {
      tables: { accounts: ['GetItem', 'BatchGetItem', 'Query'], files: ['BatchGetItem', 'Query'], sessions: count },
      keySecret: true,
      searchIndex: 'read',
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  /** Called by the queue of index tasks; deployed where there is an index. */
  index: {
    routes: [],
    access: {
      tables: {
        accounts: ['GetItem'],
        files: ['BatchGetItem', 'Query'],
        changes: ['Query'],
        // How far each journal is in the index.
        sessions: ['GetItem', 'UpdateItem'],
      },
      searchIndex: 'write',
      queueIndexTasks: true,
      contentQueue: 'send',
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.index,
  },
  /** Called by the queue of contents: reads words out of files. Deployed where there is an index. */
  extract: {
    routes: [],
    access: {
      tables: { accounts: ['GetItem'], files: ['GetItem', 'BatchGetItem'], chunks: ['BatchGetItem'] },
      readObjects: ['chunks', 'packs', 'manifests'],
      searchIndex: 'fill',
      contentQueue: 'receive',
    },
    settings: [],
    // What reads may take most of it (lambdas/extraction/limits.ts).
    memoryMiB: memory.reader,
    timeoutSeconds: seconds.extract,
  },
} as const satisfies Record<string, FunctionSpec>;
