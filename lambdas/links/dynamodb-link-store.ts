import { type AccountId, type EpochMs, epochMs, type LinkId } from '@syncline/protocol';
import type { Item } from '../runtime/dynamodb-api.ts';
import {
  expiryAttribute,
  expiryOf,
  fromAttributes,
  hashAttribute,
  hashOf,
  toAttributes,
} from '../runtime/dynamodb-attributes.ts';
import {
  type BatchDependencies,
  batchGetItems,
  type ItemKey,
  itemKeyText,
  keyAttributes,
} from '../runtime/dynamodb-batches.ts';
import { ConditionalCheckFailedException, isAccepted } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { compareLinkAge } from './compare-link-age.ts';
import type { LinkStore, StoredLink } from './link-store.ts';

export interface DynamodbLinkDependencies extends BatchDependencies {
  readonly tableNames: { readonly accounts: string };
}

const OWN_PREFIX = 'link#';
const ABSENT = 'attribute_not_exists(pk)';

/** Links in the table Accounts: an item by the token's hash, and one with that hash in the partition of the account. */
export class DynamodbLinkStore implements LinkStore {
  readonly #deps: DynamodbLinkDependencies;
  readonly #table: string;

  constructor(dependencies: DynamodbLinkDependencies) {
    this.#deps = dependencies;
    this.#table = dependencies.tableNames.accounts;
  }

  async create(link: StoredLink): Promise<void> {
    await this.#deps.client.send('TransactWriteItems', {
      TransactItems: [linkItem(link), ownItem(link)].map((item) => ({
        Put: { TableName: this.#table, Item: item, ConditionExpression: ABSENT },
      })),
    });
  }

  async get(tokenHash: string, now: EpochMs): Promise<StoredLink | undefined> {
    const item = await this.#read(linkKey(tokenHash));
    const link = item === undefined ? undefined : linkOf(item);
    return link === undefined || link.keptUntil <= now ? undefined : link;
  }

  async list(accountId: AccountId, now: EpochMs): Promise<readonly StoredLink[]> {
    const own = await queryItems(this.#deps.client, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':partition': `account#${accountId}`, ':prefix': OWN_PREFIX }),
    });
    const keys = own.map((item) => linkKey(tokenHashOf(item)));
    const items = await batchGetItems(this.#deps, this.#table, keys);
    const links = keys.flatMap((key) => {
      const item = items.get(itemKeyText(key));
      return item === undefined ? [] : [linkOf(item)];
    });
    return links.filter(({ keptUntil }) => keptUntil > now).toSorted(compareLinkAge);
  }

  async revoke(revoked: {
    readonly accountId: AccountId;
    readonly linkId: LinkId;
    readonly at: EpochMs;
    readonly keptUntil: EpochMs;
  }): Promise<StoredLink | undefined> {
    const own = await this.#read(ownKey(revoked));
    if (own === undefined) return undefined;
    const link = await this.#endLink(linkKey(tokenHashOf(own)), revoked);
    // Or the pointer would stay for as long as the link was meant to open, and an account would gather any number of them.
    if (link !== undefined) await this.#keepPointer(revoked, link.keptUntil);
    return link;
  }

  /** The link as it is then; a first revocation stays. */
  async #endLink(
    key: ItemKey,
    revoked: { readonly at: EpochMs; readonly keptUntil: EpochMs },
  ): Promise<StoredLink | undefined> {
    try {
      const { Attributes: item } = await this.#deps.client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyAttributes(key),
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
        UpdateExpression: 'SET revokedAt = :at, expiresAt = :kept',
        ExpressionAttributeValues: toAttributes({ ':at': revoked.at, ':kept': expiryAttribute(revoked.keptUntil) }),
        ReturnValues: 'ALL_NEW',
      });
      return item === undefined ? undefined : linkOf(item);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const item = await this.#read(key);
      return item === undefined ? undefined : linkOf(item);
    }
  }

  async countUses(tokenHash: string, count: number): Promise<boolean> {
    const update = {
      TableName: this.#table,
      Key: keyAttributes(linkKey(tokenHash)),
      // What is left is kept beside what was used: a condition can compare, but not add.
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt) AND usesLeft >= :count',
      UpdateExpression: 'SET #uses = #uses + :count, usesLeft = usesLeft - :count',
      ExpressionAttributeNames: { '#uses': 'uses' },
      ExpressionAttributeValues: toAttributes({ ':count': count }),
    };
    return isAccepted(() => this.#deps.client.send('UpdateItem', update));
  }

  async #keepPointer(key: Pick<StoredLink, 'accountId' | 'linkId'>, until: EpochMs): Promise<void> {
    const update = {
      TableName: this.#table,
      Key: keyAttributes(ownKey(key)),
      ConditionExpression: 'attribute_exists(pk)',
      UpdateExpression: 'SET expiresAt = :until',
      ExpressionAttributeValues: toAttributes({ ':until': expiryAttribute(until) }),
    };
    await isAccepted(() => this.#deps.client.send('UpdateItem', update));
  }

  async #read(key: ItemKey): Promise<Item | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(key), ConsistentRead: true };
    return (await this.#deps.client.send('GetItem', get)).Item;
  }
}

function linkKey(tokenHash: string): ItemKey {
  return { pk: `link#${tokenHash}`, sk: 'link' };
}

function ownKey({ accountId, linkId }: Pick<StoredLink, 'accountId' | 'linkId'>): ItemKey {
  return { pk: `account#${accountId}`, sk: `${OWN_PREFIX}${linkId}` };
}

/** Limits are kept as what is left of them. Without one, so many are left that nobody can use them up. */
const UNLIMITED = Number.MAX_SAFE_INTEGER - 1;

function linkItem(link: StoredLink): Item {
  const { tokenHash, keptUntil, maxUses, ...rest } = link;
  const usesLeft = maxUses === undefined ? UNLIMITED : maxUses - link.uses;
  const attributes = { ...rest, maxUses, usesLeft, expiresAt: expiryAttribute(keptUntil) };
  return { ...keyAttributes(linkKey(tokenHash)), ...toAttributes(attributes) };
}

function ownItem({ accountId, linkId, tokenHash, keptUntil }: StoredLink): Item {
  const attributes = { tokenHash: hashAttribute(tokenHash), expiresAt: expiryAttribute(keptUntil) };
  return { ...keyAttributes(ownKey({ accountId, linkId })), ...toAttributes(attributes) };
}

function tokenHashOf(ownItemRead: Item): string {
  return hashOf((fromAttributes(ownItemRead) as { readonly tokenHash: Uint8Array }).tokenHash);
}

function linkOf(item: Item): StoredLink {
  const row = fromAttributes(item) as LinkRow;
  const { pk, sk: _sk, expiresAt, usesLeft: _left, createdAt, endsAt, ...rest } = row;
  return {
    ...rest,
    tokenHash: pk.slice('link#'.length),
    createdAt: epochMs(createdAt),
    endsAt: epochMs(endsAt),
    keptUntil: expiryOf(expiresAt),
  };
}

type LinkRow = Omit<StoredLink, 'tokenHash' | 'keptUntil' | 'createdAt' | 'endsAt'> &
  ItemKey & {
    readonly createdAt: number;
    readonly endsAt: number;
    readonly expiresAt: number;
    readonly usesLeft: number;
  };
