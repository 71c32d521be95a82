import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';

/** The part of the deployed functions (functions.ts) that the user pool calls. */
export const identityFunctions = {
  /** In stage `local` alone: there is no mailbox there that could confirm a sign-up. */
  'sign-up': {
    routes: [],
    access: {},
    settings: [],
    memoryMiB: memory.small,
    timeoutSeconds: seconds.trigger,
  },
  /** Before each access token. */
  'token-claims': {
    routes: [],
    access: {},
    settings: [],
    memoryMiB: memory.small,
    timeoutSeconds: seconds.trigger,
  },
} as const satisfies Record<string, FunctionSpec>;
