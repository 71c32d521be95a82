import { expect, test } from '@jest/globals';
import { itemBytes, transactionWriteUnits } from './dynamodb-item-size.ts';

/** As they stand on the wire. */
function zeros(count: number): string {
  return Buffer.alloc(count).toString('base64');
}

test.each([
  ['a string is its UTF-8', { é: { S: '€' } }, 2 + 3],
  ['a small number is two bytes', { n: { N: '7' } }, 1 + 2],
  ['two digits share a byte', { n: { N: '1234567' } }, 1 + 5],
  ['digits are paired from the decimal point', { n: { N: '1.5' } }, 1 + 3],
  ['a pair is whole even when its second digit is a zero', { n: { N: '120' } }, 1 + 3],
  ['an exponent moves the decimal point', { n: { N: '1.5e1' } }, 1 + 2],
  ['zeros at either end cost nothing', { n: { N: '0.00120' } }, 1 + 2],
  ['a sign costs a byte', { n: { N: '-12' } }, 1 + 3],
  ['bytes are themselves', { b: { B: zeros(32) } }, 1 + 32],
  ['a truth is one byte', { t: { BOOL: false } }, 1 + 1],
  ['nothing is one byte', { z: { NULL: true as const } }, 1 + 1],
  ['sets are their elements', { s: { SS: ['ab', 'c'] }, n: { NS: ['1', '22'] } }, 1 + 3 + 1 + 4],
  [
    'a list costs three bytes, and one for each element',
    { l: { L: [{ S: 'ab' }, { N: '1' }] } },
    1 + 3 + (2 + 1) + (2 + 1),
  ],
  ['a map costs three bytes, and one for each entry', { m: { M: { ab: { S: 'c' } } } }, 1 + 3 + (3 + 1)],
])('%s', (_rule, item, bytes) => {
  expect(itemBytes(item)).toBe(bytes);
});

test('a transaction pays two units for every begun KiB', () => {
  const units = (count: number) => transactionWriteUnits({ b: { B: zeros(count - 1) } });
  expect([1, 1024, 1025, 2048, 2049].map(units)).toEqual([2, 2, 4, 4, 6]);
});
