import { expect, test } from '@jest/globals';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import { itemBytes } from '../lambdas/runtime/dynamodb-item-size.ts';
import { readUnits, writeUnits } from './request-units.ts';

function itemOf(bytes: number): Item {
  return { s: { S: 'x'.repeat(bytes - 1) } };
}

test('a write pays for the larger of what was and what is', () => {
  expect(itemBytes(itemOf(1024))).toBe(1024);
  expect(writeUnits([[undefined, itemOf(1024)]], false)).toBe(1);
  expect(writeUnits([[itemOf(1025), itemOf(10)]], false)).toBe(2);
  expect(writeUnits([[itemOf(10), itemOf(2049)]], false)).toBe(3);
  expect(writeUnits([[itemOf(1025), undefined]], false)).toBe(2);
});

test('writing nothing to nothing costs one unit', () => {
  expect(writeUnits([[undefined, undefined]], false)).toBe(1);
});

test('a transaction pays twice for each of its items', () => {
  const items = [[undefined, itemOf(100)] as const, [itemOf(1025), itemOf(100)] as const];
  expect(writeUnits(items, true)).toBe(2 + 4);
});

test('binary values are counted by their bytes, not by their base64', () => {
  const bytes = Buffer.alloc(1023);
  const item = { b: { B: bytes.toString('base64') } };
  expect(writeUnits([[undefined, item]], false)).toBe(1);
});

test('a read pays for begun 4 KB, half when it may be late, and for what it does not find', () => {
  const get = (isConsistent: boolean, item?: Item) =>
    readUnits({ action: 'GetItem', input: { ConsistentRead: isConsistent }, output: { Item: item } });
  expect([get(true, itemOf(4096)), get(true, itemOf(4097)), get(false, itemOf(4097)), get(false)]).toEqual([
    1, 2, 1, 0.5,
  ]);
});

test('a query adds its items up before it rounds, a batch of gets rounds each', () => {
  const items = [itemOf(2000), itemOf(2000), itemOf(97)];
  const query = { action: 'Query', input: { ConsistentRead: true }, output: { Items: items } };
  const batch = {
    action: 'BatchGetItem',
    input: { RequestItems: { t: { Keys: [{}, {}, {}, {}], ConsistentRead: true } } },
    output: { Responses: { t: items } },
  };
  expect([readUnits(query), readUnits(batch)]).toEqual([2, 4]);
});
