import { expect, test } from '@jest/globals';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import type { DynamodbAction, DynamodbAnswers, DynamodbRequests, Item } from './dynamodb-api.ts';
import { batchGetItems, batchPutItems, itemKeyText } from './dynamodb-batches.ts';
import type { DynamodbCalls } from './dynamodb-client.ts';
import { MemoryClock } from './memory-clock.ts';

/** DynamoDB as it is under load: of every batch it does some, and leaves the rest. */
class LoadedDynamodb {
  readonly batches: number[] = [];
  readonly written: Item[] = [];
  readonly #doneEach: number;

  constructor(doneEach: number) {
    this.#doneEach = doneEach;
  }

  get calls(): DynamodbCalls {
    const send = async (action: DynamodbAction, request: unknown): Promise<unknown> => {
      if (action === 'BatchGetItem') return this.#get(request as DynamodbRequests['BatchGetItem']);
      if (action === 'BatchWriteItem') return this.#write(request as DynamodbRequests['BatchWriteItem']);
      throw new TypeError('only batches are asked for');
    };
    return { send } as DynamodbCalls;
  }

  #get({ RequestItems: asked }: DynamodbRequests['BatchGetItem']): DynamodbAnswers['BatchGetItem'] {
    const keys = asked['table']?.Keys ?? [];
    expect(asked['table']?.ConsistentRead).toBe(true);
    this.batches.push(keys.length);
    const left = keys.slice(this.#doneEach);
    return {
      Responses: { table: keys.slice(0, this.#doneEach) },
      UnprocessedKeys: left.length === 0 ? {} : { table: { Keys: left } },
    };
  }

  #write({ RequestItems: asked }: DynamodbRequests['BatchWriteItem']): DynamodbAnswers['BatchWriteItem'] {
    const puts = asked['table'] ?? [];
    this.batches.push(puts.length);
    this.written.push(...puts.slice(0, this.#doneEach).map(({ PutRequest: put }) => put?.Item ?? {}));
    const left = puts.slice(this.#doneEach);
    return { UnprocessedItems: left.length === 0 ? {} : { table: left } };
  }
}

function dependencies(dynamodb: LoadedDynamodb) {
  return { client: dynamodb.calls, clock: new MemoryClock(), random: new SeededRandom('batches') };
}

const keys = (count: number) => Array.from({ length: count }, (_, index) => ({ pk: `p${index}`, sk: 's' }));

test('what a batch left unread is asked for again, after a pause', async () => {
  const dynamodb = new LoadedDynamodb(40);
  const deps = dependencies(dynamodb);
  const before = deps.clock.now();
  const found = await batchGetItems(deps, 'table', keys(100));
  expect(new Set(found.keys())).toEqual(new Set(keys(100).map(itemKeyText)));
  expect(dynamodb.batches).toEqual([100, 60, 20]);
  expect(deps.clock.now()).toBeGreaterThan(before);
});

test('a read is cut into batches of 100 distinct keys', async () => {
  const dynamodb = new LoadedDynamodb(100);
  const found = await batchGetItems(dependencies(dynamodb), 'table', [...keys(250), ...keys(250)]);
  expect(found.size).toBe(250);
  expect(dynamodb.batches).toEqual([100, 100, 50]);
});

test('what a batch left unwritten is written again', async () => {
  const dynamodb = new LoadedDynamodb(10);
  const items = keys(30).map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  await batchPutItems(dependencies(dynamodb), 'table', items);
  expect(dynamodb.written).toHaveLength(30);
  expect(new Set(dynamodb.written.map(({ pk }) => pk?.S))).toEqual(new Set(keys(30).map(({ pk }) => pk)));
});

test('a batch of which nothing is ever done ends as unavailable', async () => {
  const dynamodb = new LoadedDynamodb(0);
  await expect(batchGetItems(dependencies(dynamodb), 'table', keys(1))).rejects.toThrow('unprocessed');
  expect(dynamodb.batches).toHaveLength(8);
});
