import { type AccountId, assert, type EpochMs, type NamespaceId, type NodeId } from '@syncline/protocol';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { accountPartition } from '../sharing/dynamodb-sharing-rows.ts';
import { compareStarAge } from './compare-star-age.ts';
import type { StarKey, StarStore, StoredStar } from './star-store.ts';

/** Sort keys of stars begin with it; the ids of the namespace and of the node follow. */
const STAR_PREFIX = 'star#';

/** Stars in the table Accounts, in the partition of their account. */
export class DynamodbStarStore implements StarStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor(dependencies: { readonly client: DynamodbCalls; readonly tableNames: { readonly accounts: string } }) {
    this.#client = dependencies.client;
    this.#table = dependencies.tableNames.accounts;
  }

  async list(accountId: AccountId): Promise<readonly StoredStar[]> {
    const items = await queryItems(this.#client, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toAttributes({ ':partition': accountPartition(accountId), ':prefix': STAR_PREFIX }),
    });
    return items.map((item) => starOf(fromAttributes(item) as StarRow)).toSorted(compareStarAge);
  }

  async add(accountId: AccountId, star: StoredStar): Promise<StoredStar> {
    const key = keyAttributes(starKey(accountId, star));
    const isNew = await isAccepted(() =>
      this.#client.send('PutItem', {
        TableName: this.#table,
        Item: { ...key, ...toAttributes({ starredAt: star.starredAt }) },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    if (isNew) return star;
    const { Item: item } = await this.#client.send('GetItem', {
      TableName: this.#table,
      Key: key,
      ConsistentRead: true,
    });
    // One that was taken away between the two is as one that was added first.
    return item === undefined ? star : starOf(fromAttributes(item) as StarRow);
  }

  async remove(accountId: AccountId, key: StarKey): Promise<void> {
    await this.#client.send('DeleteItem', { TableName: this.#table, Key: keyAttributes(starKey(accountId, key)) });
  }
}

interface StarRow extends ItemKey {
  readonly starredAt: EpochMs;
}

function starKey(accountId: AccountId, { namespaceId, nodeId }: StarKey): ItemKey {
  return { pk: accountPartition(accountId), sk: `${STAR_PREFIX}${namespaceId}#${nodeId}` };
}

function starOf({ sk, starredAt }: StarRow): StoredStar {
  const [, namespaceId, nodeId] = sk.split('#');
  assert(namespaceId !== undefined && nodeId !== undefined, 'a star names a namespace and a node');
  return { namespaceId: namespaceId as NamespaceId, nodeId: nodeId as NodeId, starredAt };
}
