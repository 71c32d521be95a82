import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';

/** The part of the deployed functions (functions.ts) that connected devices are told by. */
export const socketFunctions = {
  /** Called by the WebSocket API. */
  socket: {
    routes: [],
    access: {
      tables: { accounts: ['GetItem'], sessions: ['PutItem', 'DeleteItem'] },
    },
    settings: ['ALLOWED_ORIGINS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.short,
  },
  /** Called by the stream of the journal. */
  notify: {
    routes: [],
    access: {
      tables: { accounts: ['Query'], sessions: ['DeleteItem'] },
      sessionsByAccount: true,
      connections: 'push',
      queuePushes: true,
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  /** Called by the queue of pushes: tells the members of a namespace that has too many of them for `notify`. */
  'fan-out': {
    routes: [],
    access: {
      tables: { accounts: ['Query'], sessions: ['DeleteItem'] },
      sessionsByAccount: true,
      connections: 'push',
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
} as const satisfies Record<string, FunctionSpec>;
