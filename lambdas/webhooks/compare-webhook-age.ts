import type { StoredWebhook } from './webhook-store.ts';

/** The order of lists: oldest first, and of the same age always the same one first. */
export function compareWebhookAge(left: StoredWebhook, right: StoredWebhook): number {
  if (left.createdAt !== right.createdAt) return left.createdAt - right.createdAt;
  return left.webhookId < right.webhookId ? -1 : 1;
}
