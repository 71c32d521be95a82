import { type EpochMs, epochMs, type NamespaceId } from '@syncline/protocol';
import { headKey } from '../namespaces/dynamodb-head-item.ts';
import { fromAttributes, toAttributes } from '../runtime/dynamodb-attributes.ts';
import { type ItemKey, keyAttributes } from '../runtime/dynamodb-batches.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { isAccepted } from '../runtime/dynamodb-failure.ts';
import type { ExpiryClock } from './expiry-clock.ts';

export interface DynamodbExpiryClockDependencies {
  readonly client: DynamodbCalls;
  readonly tableNames: { readonly accounts: string };
}

/** The expiry's time in the table Accounts, and floors in the heads there. */
export class DynamodbExpiryClock implements ExpiryClock {
  readonly #client: DynamodbCalls;
  readonly #table: string;

  constructor({ client, tableNames }: DynamodbExpiryClockDependencies) {
    this.#client = client;
    this.#table = tableNames.accounts;
  }

  async read(): Promise<EpochMs | undefined> {
    const get = { TableName: this.#table, Key: keyAttributes(CLOCK_KEY), ConsistentRead: true };
    const { Item: item } = await this.#client.send('GetItem', get);
    return item === undefined ? undefined : epochMs((fromAttributes(item) as { readonly time: number }).time);
  }

  async write(time: EpochMs): Promise<void> {
    const item = { ...toAttributes({ time }), ...keyAttributes(CLOCK_KEY) };
    await this.#client.send('PutItem', { TableName: this.#table, Item: item });
  }

  async raiseFloor(floor: { readonly namespaceId: NamespaceId; readonly timeFloor: EpochMs }): Promise<void> {
    await isAccepted(() =>
      this.#client.send('UpdateItem', {
        TableName: this.#table,
        Key: keyAttributes(headKey(floor.namespaceId)),
        ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(timeFloor) OR timeFloor < :floor)',
        UpdateExpression: 'SET timeFloor = :floor',
        ExpressionAttributeValues: toAttributes({ ':floor': floor.timeFloor }),
      }),
    );
  }
}

const CLOCK_KEY: ItemKey = { pk: 'expiry#clock', sk: 'clock' };
