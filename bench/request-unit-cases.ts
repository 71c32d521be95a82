import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { itemBytes } from '../lambdas/runtime/dynamodb-item-size.ts';
import { onWire } from '../test/support/wire-item.ts';

type Item = Record<string, AttributeValue>;
type TransactItem = NonNullable<TransactWriteItemsCommandInput['TransactItems']>[number];
interface Put {
  readonly call: 'put';
  readonly input: PutItemCommandInput;
}

/** One call to DynamoDB, of the kinds that the product makes. */
export type UnitCall =
  | Put
  | { readonly call: 'get'; readonly input: GetItemCommandInput }
  | { readonly call: 'update'; readonly input: UpdateItemCommandInput }
  | { readonly call: 'delete'; readonly input: DeleteItemCommandInput }
  | { readonly call: 'query'; readonly input: QueryCommandInput }
  | { readonly call: 'batch-get'; readonly input: BatchGetItemCommandInput }
  | { readonly call: 'batch-write'; readonly input: BatchWriteItemCommandInput }
  | { readonly call: 'transact-write'; readonly input: TransactWriteItemsCommandInput };

const TABLE = 'units';
const NUMBERS = (
  '0 7 10 12 120 123 12345 1200000 1234567 0.012 123.4 -120 1.5e21 1e-5 0.1 0.12 0.0012 1.5 12.5 1.25 -1 -12 -0.1 100 1000 1200 1e20 1.5e-7 1795391701037 ' +
  '99999999999999999999999999999999999999 0.00000000000000000000123456789'
).split(' ');

/** Attributes of every type; each case is padded to the edge of a unit, where a size that is wrong by a byte shows. */
const SHAPES: readonly Item[] = [
  {},
  { s: { S: '' } },
  { é: { S: '€uro 🙂' } },
  { b: { B: new Uint8Array(0) } },
  { b: { B: Uint8Array.from([0, 1, 250]) } },
  { yes: { BOOL: true }, no: { BOOL: false }, nothing: { NULL: true } },
  ...NUMBERS.map((N): Item => ({ n: { N } })),
  {
    s: { SS: ['ab', 'c'] },
    n: { NS: ['1', '22', '-3.5'] },
    b: { BS: [Uint8Array.from([1]), Uint8Array.from([2, 3])] },
  },
  { l: { L: [] }, m: { M: {} } },
  { l: { L: [{ S: 'ab' }, { N: '1' }, { BOOL: true }] } },
  { m: { M: { ab: { S: 'c' }, d: { N: '12' } } } },
  { m: { M: { l: { L: [{ M: { x: { NULL: true } } }, { L: [{ S: 'y' }] }] } } } },
];

const KEY = { pk: { S: 'a partition' }, sk: { S: 'an item' } };

/** All calls, in the order in which they are made: later ones meet what earlier ones have stored. */
export function unitCalls(): readonly UnitCall[] {
  return [...sizeCalls(), ...writeCalls(), ...transactionCalls(), ...batchCalls(), ...queryCalls()];
}

/** Every shape at the edges of a write unit and of a read unit, put and read again in both consistencies. */
function sizeCalls(): readonly UnitCall[] {
  return SHAPES.flatMap((shape) =>
    [1024, 1025, 2048, 4096, 4097].flatMap((bytes): UnitCall[] => [
      put(itemOf(bytes, { ...KEY, ...shape })),
      get(KEY, true),
      get(KEY, false),
    ]),
  );
}

function writeCalls(): readonly UnitCall[] {
  const large = itemOf(5000, keyOf('changing'));
  const small = itemOf(100, keyOf('changing'));
  const update = (key: Item, bytes: number): UnitCall => ({
    call: 'update',
    input: {
      TableName: TABLE,
      Key: key,
      UpdateExpression: 'SET padding = :padding',
      ExpressionAttributeValues: { ':padding': itemOf(bytes, key)['padding'] ?? { S: '' } },
    },
  });
  return [
    ...[small, large, small, large].map(put),
    ...[300, 1024, 1025, 3000, 100].map((bytes) => update(keyOf('updated'), bytes)),
    ...[keyOf('changing'), keyOf('changing'), keyOf('updated')].map(remove),
    get(keyOf('absent'), true),
    get(keyOf('absent'), false),
  ];
}

/**
 * Transactions of two items of one size. The engine counts items of the same size once and then all of them four times,
 * which is AWS's rule (two units for each begun KB of each item) for exactly these.
 */
function transactionCalls(): readonly UnitCall[] {
  const keys = [keyOf('transaction one'), keyOf('transaction two')];
  const each = (write: (key: Item) => TransactItem) => transaction(keys.map(write));
  const putBoth = (bytes: number) => each((key) => ({ Put: { TableName: TABLE, Item: itemOf(bytes, key) } }));
  const change = { UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '1' } } };
  const condition = { TableName: TABLE, ConditionExpression: 'attribute_exists(pk)' };
  const meetAll = [
    each((Key) => ({ Update: { ...condition, ...change, Key } })),
    each((Key) => ({ Delete: { ...condition, Key } })),
  ];
  return [100, 1024, 1025, 2049, 5000].flatMap((bytes) => [putBoth(bytes), ...meetAll]);
}

/** Every key is found: what is absent the engine counts as nothing here, but AWS as a GetItem of it. */
function batchCalls(): readonly UnitCall[] {
  const keys = Array.from({ length: 10 }, (_, index) => keyOf(`batch ${index}`));
  const items = keys.map((key, index) => itemOf(100 + index * 700, key));
  return [
    batchWrite(items.map((item) => ({ PutRequest: { Item: item } }))),
    ...[true, false].flatMap((isConsistent) => [
      batchGet(keys, isConsistent),
      batchGet(keys.slice(0, 3), isConsistent),
    ]),
    batchWrite(keys.slice(0, 5).map((key) => ({ DeleteRequest: { Key: key } }))),
  ];
}

function batchGet(keys: readonly Item[], isConsistent: boolean): UnitCall {
  return {
    call: 'batch-get',
    input: { RequestItems: { [TABLE]: { Keys: [...keys], ConsistentRead: isConsistent } } },
  };
}

function batchWrite(requests: NonNullable<BatchWriteItemCommandInput['RequestItems']>[string]): UnitCall {
  return { call: 'batch-write', input: { RequestItems: { [TABLE]: requests } } };
}

/** Partitions whose items add up to the edge of a read unit. None is empty: the engine counts that as nothing, AWS as a unit. */
function queryCalls(): readonly UnitCall[] {
  const partitions = [
    [100],
    [4096],
    [4097],
    [2048, 2048],
    [2048, 2049],
    [1000, 1000, 1000, 1000, 96],
    [1000, 1000, 1000, 1000, 97],
    Array.from({ length: 40 }, (_, index) => 150 + index * 17),
  ];
  return partitions.flatMap((sizes, index): UnitCall[] => {
    const pk = `query ${index}`;
    const items = sizes.map((bytes, order) => itemOf(bytes, { pk: { S: pk }, sk: { S: String(order) } }));
    return [
      ...items.map(put),
      ...[true, false].flatMap((isConsistent) => [query(pk, isConsistent), query(pk, isConsistent, 2)]),
    ];
  });
}

function query(pk: string, isConsistent: boolean, limit?: number): UnitCall {
  return {
    call: 'query',
    input: {
      TableName: TABLE,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: isConsistent,
      ...(limit === undefined ? {} : { Limit: limit }),
    },
  };
}

function transaction(items: TransactItem[]): UnitCall {
  return { call: 'transact-write', input: { TransactItems: items } };
}

function put(item: Item): Put {
  return { call: 'put', input: { TableName: TABLE, Item: item } };
}

function get(key: Item, isConsistent: boolean): UnitCall {
  return { call: 'get', input: { TableName: TABLE, Key: key, ConsistentRead: isConsistent } };
}

function remove(key: Item): UnitCall {
  return { call: 'delete', input: { TableName: TABLE, Key: key } };
}

function keyOf(name: string): Item {
  return { pk: { S: name }, sk: { S: 'item' } };
}

/** An item of exactly so many bytes by our own rule. */
function itemOf(bytes: number, attributes: Item): Item {
  const padded = (padding: string): Item => ({ ...attributes, padding: { S: padding } });
  return padded('x'.repeat(Math.max(0, bytes - itemBytes(onWire(padded(''))))));
}
