import type { NamespaceId } from '@syncline/protocol';
import type { JournalPosition } from '../references/reference-store.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import type { IndexProgress } from './index-progress.ts';

export interface DynamodbIndexProgressOptions {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly sessions: string };
}

/** Positions in the table Sessions, which holds what can be made anew. */
export class DynamodbIndexProgress implements IndexProgress {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor({ client, tableNames }: DynamodbIndexProgressOptions) {
    this.#client = client;
    this.#table = tableNames.sessions;
  }

  async get(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    const { Item: item } = await this.#client.send('GetItem', {
      TableName: this.#table,
      Key: keyAttributes(positionKey(namespaceId)),
      ConsistentRead: true,
    });
    if (item === undefined) return undefined;
    const { epoch, seq } = fromAttributes(item) as JournalPosition & ItemKey;
    return { epoch, seq };
  }

  async advance(namespaceId: NamespaceId, { epoch, seq }: JournalPosition): Promise<void> {
    await isAccepted(() =>
      this.#client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyAttributes(positionKey(namespaceId)),
        ConditionExpression: 'attribute_not_exists(pk) OR epoch < :epoch OR (epoch = :epoch AND seq < :seq)',
        UpdateExpression: 'SET epoch = :epoch, seq = :seq',
        ExpressionAttributeValues: toAttributes({ ':epoch': epoch, ':seq': seq }),
      }),
    );
  }
}

function positionKey(namespaceId: NamespaceId): ItemKey {
  return { pk: `indexed#${namespaceId}`, sk: 'position' };
}
