import { MemoryWebhookStore } from '../../lambdas/webhooks/memory-webhook-store.ts';
import { describeWebhookStore } from './webhook-store.ts';

describeWebhookStore(async () => new MemoryWebhookStore());
