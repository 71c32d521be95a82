import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, epochMs, NamespaceId, NodeId, WebhookId } from '@syncline/protocol';
import type { StoredWebhook, WebhookStore } from '../../lambdas/webhooks/webhook-store.ts';
import { freshId } from './namespace-fixture.ts';

const NOW = Date.UTC(2026, 0, 1);

/** What every WebhookStore must do. */
export function describeWebhookStore(make: () => Promise<WebhookStore>): void {
  let webhooks: WebhookStore;
  beforeAll(async () => {
    webhooks = await make();
  });
  const webhook = (seconds: number, part: Partial<StoredWebhook> = {}): StoredWebhook => ({
    webhookId: WebhookId.parse(freshId()),
    namespaceId: NamespaceId.parse(freshId()),
    accountId: AccountId.parse(freshId()),
    url: 'https://hooks.example.com/?a=1',
    createdAt: epochMs(NOW + seconds * 1000),
    told: { epoch: 0, seq: 7 },
    ...part,
  });

  test('a webhook is found by its namespace and by its account, and by nobody else', async () => {
    const first = webhook(1, { folderId: NodeId.parse(freshId()) });
    const { accountId, namespaceId, webhookId } = first;
    const older = webhook(0, { accountId });
    const neighbour = webhook(2, { namespaceId });
    for (const one of [first, older, neighbour]) await webhooks.create(one);
    expect(await webhooks.listOwn(accountId)).toEqual([older, first]);
    const followers = await webhooks.listFollowers(namespaceId);
    expect(followers).toHaveLength(2);
    expect(followers).toEqual(expect.arrayContaining([first, neighbour]));
    expect(await webhooks.get(first)).toEqual(first);
    expect(await webhooks.get({ namespaceId: older.namespaceId, webhookId })).toBeUndefined();
    expect(await webhooks.find(accountId, webhookId)).toEqual(first);
    expect(await webhooks.find(neighbour.accountId, webhookId)).toBeUndefined();
  });

  test('a change sets what it names, takes away what is undefined, and leaves the rest', async () => {
    const one = webhook(1);
    await webhooks.create(one);
    const at = epochMs(NOW + 5000);
    const last = { at, outcome: 'refused', status: 500 } as const;
    const set = { last, failingSince: at, restingSince: at, ticket: 'T', quietUntil: at, end: 'failing' } as const;
    await webhooks.change(one, set);
    expect(await webhooks.get(one)).toEqual({ ...one, ...set });
    const taken = { at, outcome: 'delivered' } as const;
    const gone = { failingSince: undefined, restingSince: undefined, end: undefined };
    await webhooks.change(one, { told: { epoch: 1, seq: 2 }, last: taken, ...gone });
    expect(await webhooks.get(one)).toEqual({
      ...one,
      told: { epoch: 1, seq: 2 },
      last: taken,
      ticket: 'T',
      quietUntil: at,
    });
    await webhooks.change(one, { quietUntil: undefined });
    expect(await webhooks.get(one)).not.toHaveProperty('quietUntil');
  });

  test('a change for who was told up to a place is made while that is so', async () => {
    const one = webhook(1);
    await webhooks.create(one);
    const [told, further] = [one.told, { epoch: 0, seq: 9 }];
    expect(await webhooks.change(one, { told: further, isUnsure: true }, told)).toBe(true);
    expect(await webhooks.change(one, { ticket: 'T' }, told)).toBe(false);
    expect(await webhooks.change(one, { ticket: 'T' }, { epoch: 1, seq: 9 })).toBe(false);
    expect(await webhooks.get(one)).toEqual({ ...one, told: further, isUnsure: true });
    expect(await webhooks.change(one, { isUnsure: undefined }, further)).toBe(true);
    expect(await webhooks.get(one)).toEqual({ ...one, told: further });
  });

  test('one that is removed is nowhere, as often as it is removed, and no change brings it back', async () => {
    const one = webhook(1);
    await webhooks.create(one);
    for (let times = 0; times < 2; times++) await webhooks.remove(one);
    expect(await webhooks.change(one, { ticket: 'T' })).toBe(false);
    expect(await webhooks.get(one)).toBeUndefined();
    expect(await webhooks.find(one.accountId, one.webhookId)).toBeUndefined();
    expect(await webhooks.listOwn(one.accountId)).toEqual([]);
    expect(await webhooks.listFollowers(one.namespaceId)).toEqual([]);
  });
}
