import { formatInstant, type Webhook } from '@syncline/protocol';
import type { StoredWebhook } from './webhook-store.ts';

/** A webhook as its maker is told of it. */
export function wireWebhook(stored: StoredWebhook): Webhook {
  const { webhookId, namespaceId, folderId, url, createdAt, told, last, failingSince, restingSince, end } = stored;
  return {
    webhookId,
    namespaceId,
    ...(folderId === undefined ? {} : { folderId }),
    url,
    createdAt: formatInstant(createdAt),
    epoch: told.epoch,
    seq: told.seq,
    ...(last === undefined ? {} : { last: { ...last, at: formatInstant(last.at) } }),
    ...(failingSince === undefined ? {} : { failingSince: formatInstant(failingSince) }),
    ...(restingSince === undefined ? {} : { restingSince: formatInstant(restingSince) }),
    ...(end === undefined ? {} : { end }),
  };
}
