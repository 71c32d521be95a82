import { type AccountId, assert, epochMs, type NamespaceId, type WebhookId } from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';
import type { Item } from '../runtime/dynamodb-api.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import {
  type BatchDependencies,
  batchGetItems,
  type ItemKey,
  itemKeyText,
  keyAttributes,
} from '../runtime/dynamodb-batches.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { accountPartition } from '../sharing/dynamodb-sharing-rows.ts';
import { compareWebhookAge } from './compare-webhook-age.ts';
import type { StoredWebhook, WebhookChange, WebhookKey, WebhookStore } from './webhook-store.ts';

export interface DynamodbWebhookDependencies extends BatchDependencies {
  readonly tableNames: { readonly accounts: string };
}

const PREFIX = 'webhook#';

/**
 * Webhooks in the table Accounts: an item in a partition of their namespace's followers, and one with the namespace's id in the partition of
 * the account.
 */
export class DynamodbWebhookStore implements WebhookStore {
  readonly #deps: DynamodbWebhookDependencies;
  readonly #table: string;

  constructor(dependencies: DynamodbWebhookDependencies) {
    this.#deps = dependencies;
    this.#table = dependencies.tableNames.accounts;
  }

  async create(webhook: StoredWebhook): Promise<void> {
    const { namespaceId, webhookId: _id, ...rest } = webhook;
    const items = [
      { ...keyAttributes(webhookKey(webhook)), ...toAttributes(rest) },
      { ...keyAttributes(ownKey(webhook)), ...toAttributes({ namespaceId }) },
    ];
    await this.#deps.client.send('TransactWriteItems', {
      TransactItems: items.map((item) => ({
        Put: { TableName: this.#table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' },
      })),
    });
  }

  async get(key: WebhookKey): Promise<StoredWebhook | undefined> {
    const item = await this.#read(webhookKey(key));
    return item === undefined ? undefined : webhookOf(item);
  }

  async find(accountId: AccountId, webhookId: WebhookId): Promise<StoredWebhook | undefined> {
    const own = await this.#read(ownKey({ accountId, webhookId }));
    return own === undefined ? undefined : this.get({ namespaceId: namespaceIdOf(own), webhookId });
  }

  async listOwn(accountId: AccountId): Promise<readonly StoredWebhook[]> {
    const own = await this.#list(accountPartition(accountId));
    const keys = own.map((item) => {
      const { sk } = fromAttributes(item) as ItemKey;
      return webhookKey({ namespaceId: namespaceIdOf(item), webhookId: sk.slice(PREFIX.length) as WebhookId });
    });
    const items = await batchGetItems(this.#deps, this.#table, keys);
    const found = keys.flatMap((key) => {
      const item = items.get(itemKeyText(key));
      return item === undefined ? [] : [webhookOf(item)];
    });
    return found.toSorted(compareWebhookAge);
  }

  async listFollowers(namespaceId: NamespaceId): Promise<readonly StoredWebhook[]> {
    return (await this.#list(followersPartition(namespaceId))).map(webhookOf);
  }

  async change(key: WebhookKey, change: WebhookChange, told?: JournalPosition): Promise<boolean> {
    const entries = Object.entries(change);
    const set = entries.filter(([, value]) => value !== undefined);
    const removed = entries.filter(([, value]) => value === undefined);
    const clauses = [
      ...(set.length === 0 ? [] : [`SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`]),
      ...(removed.length === 0 ? [] : [`REMOVE ${removed.map(([name]) => `#${name}`).join(', ')}`]),
    ];
    const seen = told === undefined ? {} : { ':seen': { epoch: told.epoch, seq: told.seq } };
    const values = { ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])), ...seen };
    return isAccepted(() =>
      this.#deps.client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyAttributes(webhookKey(key)),
        ConditionExpression: told === undefined ? 'attribute_exists(pk)' : 'attribute_exists(pk) AND told = :seen',
        UpdateExpression: clauses.join(' '),
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: toAttributes(values) }),
      }),
    );
  }

  async remove(webhook: WebhookKey & { readonly accountId: AccountId }): Promise<void> {
    await this.#deps.client.send('TransactWriteItems', {
      TransactItems: [webhookKey(webhook), ownKey(webhook)].map((key) => ({
        Delete: { TableName: this.#table, Key: keyAttributes(key) },
      })),
    });
  }

  #list(partition: string): Promise<readonly Item[]> {
    return queryItems(this.#deps.client, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':partition': partition, ':prefix': PREFIX }),
    });
  }

  async #read(key: ItemKey): Promise<Item | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(key), ConsistentRead: true };
    return (await this.#deps.client.send('GetItem', get)).Item;
  }
}

function followersPartition(namespaceId: NamespaceId): string {
  return `followers#${namespaceId}`;
}

function webhookKey({ namespaceId, webhookId }: WebhookKey): ItemKey {
  return { pk: followersPartition(namespaceId), sk: `${PREFIX}${webhookId}` };
}

function ownKey({ accountId, webhookId }: Pick<StoredWebhook, 'accountId' | 'webhookId'>): ItemKey {
  return { pk: accountPartition(accountId), sk: `${PREFIX}${webhookId}` };
}

function namespaceIdOf(own: Item): NamespaceId {
  return (fromAttributes(own) as { readonly namespaceId: NamespaceId }).namespaceId;
}

type WebhookRow = Omit<StoredWebhook, 'namespaceId' | 'webhookId'> & ItemKey;

function webhookOf(item: Item): StoredWebhook {
  const { pk, sk, createdAt, ...rest } = fromAttributes(item) as WebhookRow;
  const [, namespaceId] = pk.split('#');
  const [, webhookId] = sk.split('#');
  assert(namespaceId !== undefined && webhookId !== undefined, 'a webhook names a namespace and itself');
  return {
    ...rest,
    createdAt: epochMs(createdAt),
    namespaceId: namespaceId as NamespaceId,
    webhookId: webhookId as WebhookId,
  };
}
