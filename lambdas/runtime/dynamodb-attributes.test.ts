import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { onWire } from '../../test/support/wire-item.ts';
import type { Item } from './dynamodb-api.ts';
import { fromAttributes, integerOf, textOf, toAttributes, valueOf } from './dynamodb-attributes.ts';

const name = fc.string().filter((text) => text !== '__proto__');
const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));
const values = fc.dictionary(name, value, { maxKeys: 6 });

test('attributes are those of the library', () => {
  fc.assert(
    fc.property(values, (given) => {
      const expected = marshall(given, { removeUndefinedValues: true });
      expect(toAttributes(given)).toEqual(onWire(expected));
    }),
  );
});

test('values come back as they went, those that are undefined apart', () => {
  fc.assert(
    fc.property(values, (given) => {
      const kept = unmarshall(marshall(given, { removeUndefinedValues: true }));
      expect(fromAttributes(toAttributes(given))).toEqual(kept);
    }),
  );
});

test.each([
  [2 ** 53],
  [-(2 ** 53)],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [1n],
  [new Date(0)],
  [new Map()],
  [Symbol('s')],
])('what no attribute can hold exactly is refused (%p)', (wrong) => {
  expect(() => toAttributes({ wrong })).toThrow('item');
  expect(() => toAttributes({ list: [{ wrong }] })).toThrow('item');
});

test('a number that is too large to be exact is refused when it is read', () => {
  expect(() => fromAttributes({ n: { N: '9007199254740993' } })).toThrow('exact');
  expect(() => fromAttributes({ s: { SS: ['a'] } })).toThrow('kind');
});

test('a text or a number that is not there is a defect, and another value is then absent', () => {
  const item: Item = { text: { S: 'a' }, number: { N: '7' } };
  expect([textOf(item['text']), integerOf(item['number']), valueOf(item['number'])]).toEqual(['a', 7, 7]);
  expect(() => textOf(item['number'])).toThrow('texts');
  expect(() => integerOf(item['text'])).toThrow('numbers');
  expect(() => integerOf({ N: '9007199254740993' })).toThrow('exact');
  expect(valueOf(item['other'])).toBeUndefined();
});

test('the one name that JavaScript does not keep is refused', () => {
  const item = JSON.parse('{"__proto__":{"S":"a"}}') as Item;
  expect(() => fromAttributes(item)).toThrow('name');
  expect(() => toAttributes({ map: item })).toThrow('name');
});
