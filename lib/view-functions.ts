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
} as const satisfies Record<string, FunctionSpec>;
