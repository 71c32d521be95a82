import { assert } from '@syncline/protocol';
import type { Clock, Random } from './clock.ts';
import type { DynamodbRequests, Item } from './dynamodb-api.ts';
import type { DynamodbCalls } from './dynamodb-client.ts';
import { mapBounded } from './map-bounded.ts';
import { retryDelayMs } from './retry-delay.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export interface BatchDependencies {
  readonly client: DynamodbCalls;
  readonly clock: Clock;
  readonly random: Random;
}

/** Keys of one BatchGetItem, and items of one BatchWriteItem. Source: Amazon DynamoDB Developer Guide, "Quotas". */
const GET_KEYS_MAX = 100;
const PUT_ITEMS_MAX = 25;
const BATCHES_IN_FLIGHT_MAX = 16;
/** Calls for one batch until everything in it was processed. */
const BATCH_TRIES_MAX = 8;

/** The items that exist, by `itemKeyText`; a key may be named twice. Strongly consistent. Cost: one BatchGetItem per 100 keys. */
export async function batchGetItems(
  dependencies: BatchDependencies,
  tableName: string,
  keys: readonly ItemKey[],
): Promise<ReadonlyMap<string, Item>> {
  const distinct = [...new Map(keys.map((key) => [itemKeyText(key), key])).values()];
  const found = new Map<string, Item>();
  await mapBounded(BATCHES_IN_FLIGHT_MAX, slices(distinct, GET_KEYS_MAX), async (batch) => {
    let left: readonly Item[] = batch.map(keyAttributes);
    await untilEmpty(dependencies, async () => {
      const answer = await dependencies.client.send('BatchGetItem', {
        RequestItems: { [tableName]: { Keys: left, ConsistentRead: true } },
      });
      for (const item of answer.Responses?.[tableName] ?? []) found.set(itemKeyText(keyOf(item)), item);
      left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
      return left.length;
    });
  });
  return found;
}

/** Puts items over whatever stands there. Not atomic. Cost: one BatchWriteItem per 25 items. */
export async function batchPutItems(
  dependencies: BatchDependencies,
  tableName: string,
  items: readonly Item[],
): Promise<void> {
  await mapBounded(BATCHES_IN_FLIGHT_MAX, slices(items, PUT_ITEMS_MAX), async (batch) => {
    let left: DynamodbRequests['BatchWriteItem']['RequestItems'][string] = batch.map((item) => ({
      PutRequest: { Item: item },
    }));
    await untilEmpty(dependencies, async () => {
      const answer = await dependencies.client.send('BatchWriteItem', { RequestItems: { [tableName]: left } });
      left = answer.UnprocessedItems?.[tableName] ?? [];
      return left.length;
    });
  });
}

export function keyAttributes(key: ItemKey): {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
} {
  return { pk: { S: key.pk }, sk: { S: key.sk } };
}

/** NUL parts the two: no key of ours contains it. */
export function itemKeyText(key: ItemKey): string {
  return `${key.pk}\u0000${key.sk}`;
}

function keyOf(item: Item): ItemKey {
  const { pk, sk } = item;
  assert(pk?.S !== undefined && sk?.S !== undefined, 'an item has its keys');
  return { pk: pk.S, sk: sk.S };
}

/** Repeats `step` until it leaves nothing. @throws UnavailableError when it still does after BATCH_TRIES_MAX tries. */
async function untilEmpty(dependencies: BatchDependencies, step: () => Promise<number>): Promise<void> {
  for (let attempt = 1; attempt <= BATCH_TRIES_MAX; attempt++) {
    if ((await step()) === 0) return;
    await dependencies.clock.sleep(retryDelayMs(dependencies.random, attempt));
  }
  throw new UnavailableError('DynamoDB left a part of a batch unprocessed');
}

function slices<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
