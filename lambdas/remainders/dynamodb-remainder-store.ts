import type { NamespaceId } from '@syncline/protocol';
import { toAttributes } from '../runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { ConditionalCheckFailedException } from '../runtime/dynamodb-failure.ts';
import { queryItems } from '../runtime/dynamodb-query.ts';
import { isToken, remainderItemKey, remainderOf, remainderPartition } from './dynamodb-remainder-item.ts';
import type { OpenRemainder } from './remainder.ts';
import type { RemainderStore } from './remainder-store.ts';

/** What is left to be done, in the table Files. */
export class DynamodbRemainderStore implements RemainderStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor(dependencies: { readonly client: DynamodbCalls; readonly tableNames: { readonly files: string } }) {
    this.#client = dependencies.client;
    this.#table = dependencies.tableNames.files;
  }

  async list(groundId: NamespaceId, limit: number): Promise<readonly OpenRemainder[]> {
    const query = {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :ground',
      ExpressionAttributeValues: toAttributes({ ':ground': remainderPartition(groundId) }),
    };
    return (await queryItems(this.#client, query, limit)).map(remainderOf);
  }

  async end(groundId: NamespaceId, remainder: OpenRemainder): Promise<void> {
    const Key = keyAttributes(remainderItemKey(groundId, remainder));
    try {
      await this.#client.send('DeleteItem', { TableName: this.#table, Key, ...isToken(remainder.token) });
    } catch (error) {
      // Somebody has written it anew, or ended it.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
