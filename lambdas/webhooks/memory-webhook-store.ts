import { type AccountId, assert, type NamespaceId, type WebhookId } from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';
import { compareWebhookAge } from './compare-webhook-age.ts';
import type { StoredWebhook, WebhookChange, WebhookKey, WebhookStore } from './webhook-store.ts';

/** Webhooks in the memory of one process. */
export class MemoryWebhookStore implements WebhookStore {
  readonly #webhooks = new Map<WebhookId, StoredWebhook>();

  async create(webhook: StoredWebhook): Promise<void> {
    assert(!this.#webhooks.has(webhook.webhookId), 'the id of a new webhook is fresh');
    this.#webhooks.set(webhook.webhookId, webhook);
  }

  async get({ namespaceId, webhookId }: WebhookKey): Promise<StoredWebhook | undefined> {
    const webhook = this.#webhooks.get(webhookId);
    return webhook?.namespaceId === namespaceId ? webhook : undefined;
  }

  async find(accountId: AccountId, webhookId: WebhookId): Promise<StoredWebhook | undefined> {
    const webhook = this.#webhooks.get(webhookId);
    return webhook?.accountId === accountId ? webhook : undefined;
  }

  async listOwn(accountId: AccountId): Promise<readonly StoredWebhook[]> {
    return [...this.#webhooks.values()].filter((one) => one.accountId === accountId).toSorted(compareWebhookAge);
  }

  async listFollowers(namespaceId: NamespaceId): Promise<readonly StoredWebhook[]> {
    return [...this.#webhooks.values()].filter((one) => one.namespaceId === namespaceId);
  }

  async change(key: WebhookKey, change: WebhookChange, told?: JournalPosition): Promise<boolean> {
    const webhook = await this.get(key);
    if (webhook === undefined) return false;
    if (told !== undefined && (webhook.told.epoch !== told.epoch || webhook.told.seq !== told.seq)) return false;
    const changed = Object.entries({ ...webhook, ...change }).filter(([, value]) => value !== undefined);
    this.#webhooks.set(key.webhookId, Object.fromEntries(changed) as unknown as StoredWebhook);
    return true;
  }

  async remove(webhook: WebhookKey & { readonly accountId: AccountId }): Promise<void> {
    if ((await this.get(webhook))?.accountId === webhook.accountId) this.#webhooks.delete(webhook.webhookId);
  }
}
