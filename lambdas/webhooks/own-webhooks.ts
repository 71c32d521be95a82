import { encodeUlid, type RouteResponse, WEBHOOKS_MAX, type WebhookId } from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import type { Random } from '../runtime/clock.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import type { DeliveryQueue } from './delivery-task.ts';
import type { WebhookStore } from './webhook-store.ts';
import { wireWebhook } from './wire-webhook.ts';

/** The webhooks that the account has made, oldest first. Cost: a Query, and a BatchGetItem. */
export async function listWebhooks(
  { webhooks }: { readonly webhooks: Pick<WebhookStore, 'listOwn'> },
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'listWebhooks'>>> {
  const own = await webhooks.listOwn(accountId);
  return done({ webhooks: own.slice(0, WEBHOOKS_MAX).map(wireWebhook) });
}

/** Queues a test message, and answers the webhook as it is before it. Cost: 2 reads and a request. */
export async function testWebhook(
  dependencies: {
    readonly webhooks: Pick<WebhookStore, 'find'>;
    readonly deliveries: DeliveryQueue;
    readonly random: Pick<Random, 'bytes'>;
  },
  webhookId: WebhookId,
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'testWebhook'>>> {
  const { webhooks, deliveries, random } = dependencies;
  const webhook = await webhooks.find(accountId, webhookId);
  if (webhook === undefined) return refused('not_found', 'this account has no such webhook');
  const { namespaceId } = webhook;
  await deliveries.send({ kind: 'test', namespaceId, webhookId, ticket: encodeUlid(random.bytes(16)) }, 0);
  return done({ webhook: wireWebhook(webhook) });
}

/** Ends a webhook: no message is begun after it. Idempotent. Cost: 2 reads and a transaction of 2 items. */
export async function removeWebhook(
  { webhooks }: { readonly webhooks: Pick<WebhookStore, 'find' | 'remove'> },
  webhookId: WebhookId,
  { accountId }: Caller,
): Promise<Outcome<RouteResponse<'removeWebhook'>>> {
  const webhook = await webhooks.find(accountId, webhookId);
  if (webhook !== undefined) await webhooks.remove(webhook);
  return done({ webhookId });
}
