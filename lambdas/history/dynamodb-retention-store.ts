import type { AccountId, NamespaceId, Retention } from '@syncline/protocol';
import { headKey } from '../namespaces/dynamodb-head-item.ts';
import { toAttributes } from '../runtime/dynamodb-attributes.ts';
import { keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { ConditionalCheckFailedException } from '../runtime/dynamodb-failure.ts';
import type { RetentionStore } from './retention-store.ts';

/** The retention of namespaces, in their heads in the table Accounts. */
export class DynamodbRetentionStore implements RetentionStore {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor(dependencies: { readonly client: DynamodbCalls; readonly tableNames: { readonly accounts: string } }) {
    this.#client = dependencies.client;
    this.#table = dependencies.tableNames.accounts;
  }

  async setRetention(
    { namespaceId, ownerAccountId }: { readonly namespaceId: NamespaceId; readonly ownerAccountId: AccountId },
    { days, thinning }: Retention,
  ): Promise<boolean> {
    try {
      await this.#client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyAttributes(headKey(namespaceId)),
        ConditionExpression: 'ownerAccountId = :owner',
        UpdateExpression: 'SET retentionDays = :days, thinning = :thinning',
        ExpressionAttributeValues: toAttributes({ ':owner': ownerAccountId, ':days': days, ':thinning': thinning }),
      });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
