import { expect, test } from '@jest/globals';
import type { NodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { assignSlots, type RowSlots } from './row-slots.ts';

const idsOf = (first: number, count: number): readonly NodeId[] =>
  Array.from({ length: count }, (_, index) => `node ${first + index}` as NodeId);
const NONE: RowSlots = new Map();

/** Windows of a list, each after the other. */
const scrolls = fc.array(fc.record({ first: fc.nat(300), count: fc.nat(40) }), { minLength: 1, maxLength: 40 });

test('what stays in sight keeps its element, and no element is for two', () => {
  fc.assert(
    fc.property(scrolls, (windows) => {
      let slots = NONE;
      for (const { first, count } of windows) {
        const shown = idsOf(first, count);
        const next = assignSlots(slots, shown);
        expect([...next.keys()]).toEqual(shown);
        expect(new Set(next.values()).size).toBe(shown.length);
        for (const id of shown) if (slots.has(id)) expect(next.get(id)).toBe(slots.get(id));
        slots = next;
      }
    }),
  );
});

test('however far one scrolls, there are never more elements than are in sight at two moments', () => {
  fc.assert(
    fc.property(scrolls, (windows) => {
      let slots = NONE;
      for (const { first, count } of windows) slots = assignSlots(slots, idsOf(first, count));
      expect(Math.max(-1, ...slots.values())).toBeLessThan(80);
    }),
  );
});

test('after a jump the elements that are there are used again, and none of them is moved', () => {
  const before = assignSlots(NONE, idsOf(0, 30));
  const after = assignSlots(before, idsOf(5000, 30));
  expect([...after.values()]).toEqual([...before.values()]);
});

test('while scrolling down the elements that went out above come in below', () => {
  const before = assignSlots(NONE, idsOf(0, 30));
  const after = assignSlots(before, idsOf(8, 30));
  expect([...after.values()].slice(22)).toEqual([...before.values()].slice(0, 8));
});

test('while scrolling up a little no element that stays is moved', () => {
  const before = assignSlots(NONE, idsOf(100, 30));
  const after = assignSlots(before, idsOf(92, 30));
  for (const id of idsOf(92, 8)) expect([...before.values()]).not.toContain(after.get(id));
});
