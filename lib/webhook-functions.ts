import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';
import { count, lookFiles } from './row-reads.ts';

/** The part of the deployed functions (functions.ts) by which programs elsewhere are told of changes. */
export const webhookFunctions = {
  webhooks: {
    routes: ['createWebhook', 'listWebhooks', 'testWebhook', 'removeWebhook'],
    access: {
      tables: {
        accounts: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'],
        // Whether the folder is there that is to be followed.
        files: lookFiles,
        sessions: count,
      },
      keySecret: true,
      queueDeliveries: true,
    },
    settings: ['WEBHOOK_TARGETS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  /** Called by the queue of deliveries: alone posts to addresses that anybody may name. It can read no byte and no present name of a file, and write nothing but what webhooks are told. */
  deliver: {
    routes: [],
    access: {
      tables: {
        accounts: ['GetItem', 'BatchGetItem', 'UpdateItem'],
        // Whether something has changed in a folder that is followed: entries, and the folders above what they name.
        changes: ['Query'],
        files: ['GetItem'],
      },
      // Of what was before a change nothing is asked for but the parent, though it has the name with it.
      attributes: {
        changes: ['pk', 'sk', 'nodeId', 'parentId', 'was', 'expiresAt', 'type'],
        files: ['pk', 'sk', 'parentId', 'kind', 'deletedAt', 'purgedAt'],
      },
      // Secrets of webhooks follow from it.
      keySecret: true,
      queueDeliveries: true,
    },
    settings: ['WEBHOOK_TARGETS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.longest,
  },
} as const satisfies Record<string, FunctionSpec>;
