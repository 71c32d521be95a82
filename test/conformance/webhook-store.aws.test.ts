import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { DynamodbWebhookStore } from '../../lambdas/webhooks/dynamodb-webhook-store.ts';
import { openTables } from '../support/aws-world.ts';
import { describeWebhookStore } from './webhook-store.ts';

describeWebhookStore(async () => new DynamodbWebhookStore({ ...(await openTables()), clock: new MemoryClock() }));
