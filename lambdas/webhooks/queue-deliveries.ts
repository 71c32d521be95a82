import { encodeUlid, epochMs, type NamespaceId, SECOND_MS } from '@syncline/protocol';
import type { Clock, Random } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { DeliveryQueue } from './delivery-task.ts';
import { CLOCKS_APART_MS, GATHER_SECONDS, QUEUED_AT_ONCE } from './limits.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface QueueDeliveriesDependencies {
  readonly webhooks: Pick<WebhookStore, 'listFollowers' | 'change'>;
  readonly deliveries: DeliveryQueue;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'bytes'>;
}

/**
 * Sees to it that each webhook of a namespace is looked at after now. Where a message is on its way that will be handled later, no further one is queued, so a burst
 * of changes is one message in about GATHER_SECONDS, and a receiver that fails is not tried more often for it.
 *
 * A message is queued before the row says so: whatever ends between the two makes one message more, and never one less.
 * @throws UnavailableError: then it is not sure, and must be repeated. Cost: a Query; a request and a write for each message.
 */
export async function queueDeliveries(
  { webhooks, deliveries, clock, random }: QueueDeliveriesDependencies,
  namespaceId: NamespaceId,
): Promise<void> {
  const now = clock.now();
  const followers = await webhooks.listFollowers(namespaceId);
  const waiting = followers.filter(({ end, quietUntil }) => end === undefined && (quietUntil ?? 0) <= now);
  const quietUntil = epochMs(now + GATHER_SECONDS * SECOND_MS - CLOCKS_APART_MS);
  await mapBounded(QUEUED_AT_ONCE, waiting, async ({ webhookId }) => {
    const ticket = encodeUlid(random.bytes(16));
    await deliveries.send({ kind: 'changed', namespaceId, webhookId, ticket }, GATHER_SECONDS);
    await webhooks.change({ namespaceId, webhookId }, { ticket, quietUntil });
  });
}
