import { type NamespaceId, SECOND_MS } from '@syncline/protocol';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import type { JournalPosition, JournalPositions } from './journal-positions.ts';

export interface DynamodbJournalPositionsOptions {
  readonly client: DynamodbCalls;
  readonly tableName: string;
  /** Whose positions they are: the first part of their keys. */
  readonly follower: string;
  /** When rows that are written at a moment are removed, by the table's own clock. @default never */
  readonly expiresAt?: () => number;
}

/** Positions as rows of a table, one for each namespace. */
export class DynamodbJournalPositions implements JournalPositions {
  readonly #options: DynamodbJournalPositionsOptions;

  constructor(options: DynamodbJournalPositionsOptions) {
    this.#options = options;
  }

  async get(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    const { client, tableName } = this.#options;
    const get = { TableName: tableName, Key: keyAttributes(this.#key(namespaceId)), ConsistentRead: true };
    const { Item: item } = await client.send('GetItem', get);
    if (item === undefined) return undefined;
    const { epoch, seq } = fromAttributes(item) as JournalPosition & ItemKey;
    return { epoch, seq };
  }

  async advance(namespaceId: NamespaceId, { epoch, seq }: JournalPosition): Promise<void> {
    const { client, tableName } = this.#options;
    const life = this.#life();
    await isAccepted(() =>
      client.send('UpdateItem', {
        TableName: tableName,
        Key: keyAttributes(this.#key(namespaceId)),
        ConditionExpression: 'attribute_not_exists(pk) OR epoch < :epoch OR (epoch = :epoch AND seq < :seq)',
        UpdateExpression: `SET epoch = :epoch, seq = :seq${life === undefined ? '' : ', expiresAt = :end'}`,
        ExpressionAttributeValues: toAttributes({
          ':epoch': epoch,
          ':seq': seq,
          ...(life === undefined ? {} : { ':end': life }),
        }),
      }),
    );
  }

  async set(namespaceId: NamespaceId, { epoch, seq }: JournalPosition): Promise<void> {
    const { client, tableName } = this.#options;
    const life = this.#life();
    const row = { epoch, seq, ...(life === undefined ? {} : { expiresAt: life }) };
    await client.send('PutItem', {
      TableName: tableName,
      Item: { ...toAttributes(row), ...keyAttributes(this.#key(namespaceId)) },
    });
  }

  /** In seconds, as the table's clock counts. */
  #life(): number | undefined {
    const { expiresAt } = this.#options;
    return expiresAt === undefined ? undefined : Math.floor(expiresAt() / SECOND_MS);
  }

  #key(namespaceId: NamespaceId): ItemKey {
    return { pk: `${this.#options.follower}#${namespaceId}`, sk: 'position' };
  }
}
