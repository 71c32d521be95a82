import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';

/** The part of the deployed functions (functions.ts) that keeps and answers what views of an account show. */
export const viewFunctions = {
  stars: {
    routes: ['listStars', 'addStar', 'removeStar'],
    access: {
      tables: {
        accounts: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'],
        files: ['BatchGetItem'],
      },
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  /** For who runs the deployment: reads sizes, positions and reports, and can neither write anything nor read a tree. */
  operator: {
    routes: ['listAccounts', 'getUpkeep'],
    access: {
      tables: { accounts: ['GetItem', 'Scan'], chunks: ['GetItem', 'Query'], sessions: ['GetItem'] },
      keySecret: true,
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.longest,
  },
} as const satisfies Record<string, FunctionSpec>;
