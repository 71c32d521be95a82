import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';
import { count } from './row-reads.ts';

/** The part of the deployed functions (functions.ts) by which programs elsewhere are told of changes. */
export const webhookFunctions = {
  webhooks: {
    routes: ['createWebhook', 'listWebhooks', 'testWebhook', 'removeWebhook'],
    access: {
      tables: { accounts: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'], sessions: count },
      keySecret: true,
      queueDeliveries: true,
    },
    settings: ['WEBHOOK_TARGETS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  /** Called by the queue of deliveries: alone posts to addresses that anybody may name, and can read no file, no name and no journal. */
  deliver: {
    routes: [],
    access: {
      tables: { accounts: ['GetItem', 'BatchGetItem', 'UpdateItem'] },
      // Secrets of webhooks follow from it.
      keySecret: true,
      queueDeliveries: true,
    },
    settings: ['WEBHOOK_TARGETS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.longest,
  },
} as const satisfies Record<string, FunctionSpec>;
