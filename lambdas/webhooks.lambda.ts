import { webhookRoutes } from '@syncline/protocol';
import { DynamodbAccountStore } from './accounts/dynamodb-account-store.ts';
import { DynamodbAttemptStore } from './links/dynamodb-attempt-store.ts';
import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { createWebhook } from './webhooks/create-webhook.ts';
import { DynamodbWebhookStore } from './webhooks/dynamodb-webhook-store.ts';
import { listWebhooks, removeWebhook, testWebhook } from './webhooks/own-webhooks.ts';
import { SqsDeliveryQueue } from './webhooks/sqs-delivery-queue.ts';
import { parseTargets } from './webhooks/webhook-target.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'DELIVERY_QUEUE_URL',
  'FILES_TABLE',
  'KEY_SECRET_ID',
  'SESSIONS_TABLE',
  'STAGE',
  'WEBHOOK_TARGETS',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  tableNames: {
    accounts: environment.ACCOUNTS_TABLE,
    changes: NOT_GRANTED,
    files: environment.FILES_TABLE,
    sessions: environment.SESSIONS_TABLE,
  },
};
const dependencies = {
  accounts: new DynamodbAccountStore(dynamodb),
  namespaces: new DynamodbNamespaceStore(dynamodb),
  webhooks: new DynamodbWebhookStore(dynamodb),
  deliveries: new SqsDeliveryQueue({ queueUrl: environment.DELIVERY_QUEUE_URL }),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
  webhookTargets: parseTargets(environment.WEBHOOK_TARGETS),
};

export const handler = createApiHandler<'createWebhook' | 'listWebhooks' | 'testWebhook' | 'removeWebhook'>(
  {
    clock: systemClock,
    telemetry: lineTelemetry({ stage: environment.STAGE }),
    accounts: dependencies.accounts,
    attempts: new DynamodbAttemptStore(dynamodb),
  },
  webhookRoutes,
  {
    createWebhook: ({ body }, caller) => createWebhook(dependencies, body, caller),
    listWebhooks: (_request, caller) => listWebhooks(dependencies, caller),
    testWebhook: ({ parameters }, caller) => testWebhook(dependencies, parameters.webhookId, caller),
    removeWebhook: ({ parameters }, caller) => removeWebhook(dependencies, parameters.webhookId, caller),
  },
);
