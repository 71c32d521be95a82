import { DynamodbNamespaceStore } from './namespaces/dynamodb-namespace-store.ts';
import { createDynamodbClient } from './runtime/dynamodb-client.ts';
import { NOT_GRANTED, readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';
import { createDeliverHandler } from './webhooks/create-deliver-handler.ts';
import { DynamodbFolderTrail } from './webhooks/dynamodb-folder-trail.ts';
import { DynamodbWebhookStore } from './webhooks/dynamodb-webhook-store.ts';
import { GuardedSender } from './webhooks/guarded-sender.ts';
import { SqsDeliveryQueue } from './webhooks/sqs-delivery-queue.ts';
import { parseTargets } from './webhooks/webhook-target.ts';

const environment = readEnvironment([
  'ACCOUNTS_TABLE',
  'CHANGES_TABLE',
  'DELIVERY_QUEUE_URL',
  'FILES_TABLE',
  'KEY_SECRET_ID',
  'STAGE',
  'WEBHOOK_TARGETS',
]);

const dynamodb = {
  client: createDynamodbClient(),
  clock: systemClock,
  random: systemRandom,
  // Of journals and files some attributes are granted, which the trail asks for.
  tableNames: { accounts: environment.ACCOUNTS_TABLE, changes: NOT_GRANTED, files: NOT_GRANTED },
};
const trailTables = { changes: environment.CHANGES_TABLE, files: environment.FILES_TABLE };

const namespaces = new DynamodbNamespaceStore(dynamodb);

export const handler = createDeliverHandler({
  webhooks: new DynamodbWebhookStore(dynamodb),
  namespaces,
  trail: new DynamodbFolderTrail({ ...dynamodb, tableNames: trailTables, namespaces }),
  deliveries: new SqsDeliveryQueue({ queueUrl: environment.DELIVERY_QUEUE_URL }),
  sender: new GuardedSender({ targets: parseTargets(environment.WEBHOOK_TARGETS) }),
  keyRing: new SecretsManagerKeyRing({ secretId: environment.KEY_SECRET_ID }),
  clock: systemClock,
  random: systemRandom,
  telemetry: lineTelemetry({ stage: environment.STAGE }),
});
