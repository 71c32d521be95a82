import { type EpochMs, formatInstant, SECOND_MS, type WebhookId, type WebhookMessage } from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';
import { HmacKey } from '../runtime/hmac-key.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import type { WebhookPost } from './webhook-sender.ts';
import type { StoredWebhook } from './webhook-store.ts';

/** The secret of a webhook as its receiver is given it. It follows from the deployment's own: it is stored nowhere. */
export async function webhookSecret(keyRing: KeyRing, webhookId: WebhookId): Promise<string> {
  return `whsec_${Buffer.from(await keyRing.sign('webhook', webhookId)).toString('base64')}`;
}

/**
 * A message as it is posted, signed over its id, its time and its body. Repeats of the same news have the same id, so that a receiver may leave them out.
 * Source: Standard Webhooks 1.0.
 */
export async function signMessage(
  keyRing: KeyRing,
  { url, webhookId, namespaceId, folderId }: Pick<StoredWebhook, 'url' | 'webhookId' | 'namespaceId' | 'folderId'>,
  {
    type,
    place,
    now,
  }: { readonly type: WebhookMessage['type']; readonly place: JournalPosition; readonly now: EpochMs },
): Promise<WebhookPost> {
  const { epoch, seq } = place;
  const followed = folderId === undefined ? { namespaceId } : { namespaceId, folderId };
  const message: WebhookMessage = { type, timestamp: formatInstant(now), data: { webhookId, ...followed, epoch, seq } };
  const body = JSON.stringify(message);
  const kind = type === 'webhook.test' ? `test_${now}` : 'changed';
  const id = `msg_${webhookId}_${epoch}_${seq}_${kind}`;
  const timestamp = String(Math.floor(now / SECOND_MS));
  const key = new HmacKey(await keyRing.sign('webhook', webhookId));
  const signature = key.sign(`${id}.${timestamp}.${body}`).toString('base64');
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Syncline-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { url, headers, body };
}
