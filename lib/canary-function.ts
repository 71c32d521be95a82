import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';

/** The part of the deployed functions (functions.ts) that uses the service as people do, to see that it serves. */
export const canaryFunction = {
  /** Called on a schedule. Of the deployment it may read the password of its own account (lib/constructs/canary.ts), and nothing else. */
  canary: {
    routes: [],
    access: {},
    settings: [],
    memoryMiB: memory.small,
    timeoutSeconds: seconds.index,
  },
} as const satisfies Record<string, FunctionSpec>;
