import { formatInstant, type Webhook } from '@syncline/protocol';
import type { StoredWebhook } from './webhook-store.ts';

/** A webhook as its maker is told of it. */
export function wireWebhook(stored: StoredWebhook): Webhook {
  const { webhookId, namespaceId, url, createdAt, told, last, failingSince, end } = stored;
  return {
    webhookId,
    namespaceId,
    url,
    createdAt: formatInstant(createdAt),
    epoch: told.epoch,
    seq: told.seq,
    ...(last === undefined ? {} : { last: { ...last, at: formatInstant(last.at) } }),
    ...(failingSince === undefined ? {} : { failingSince: formatInstant(failingSince) }),
    ...(end === undefined ? {} : { end }),
  };
}
