import { expect, test } from '@jest/globals';
import { AccountId, encodeUlid } from '@syncline/protocol';
import { hasPointerRoom } from './has-pointer-room.ts';
import { POINTERS_MAX, POINTERS_OF_ONE_MAX } from './limits.ts';

const account = (number: number) => AccountId.parse(encodeUlid(new Uint8Array(16).fill(number)));
const pointers = (count: number, by: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ invitedBy: account(by(index)) }));

test('nobody fills an address alone, and all together fill it no more than it can hold', () => {
  const ofOne = pointers(POINTERS_OF_ONE_MAX, () => 1);
  expect([hasPointerRoom(ofOne.slice(1), account(1)), hasPointerRoom(ofOne, account(1))]).toEqual([true, false]);
  expect(hasPointerRoom(ofOne, account(2))).toBe(true);
  const ofMany = pointers(POINTERS_MAX, (index) => index);
  expect([hasPointerRoom(ofMany.slice(1), account(255)), hasPointerRoom(ofMany, account(255))]).toEqual([true, false]);
});
