import { describe, expect, test } from '@jest/globals';
import { choose, chooseAll, keepPresent, NOTHING_CHOSEN, type Selection } from './selection.ts';
import { makeNode } from './test/make-node.ts';

const order = ['a', 'b', 'c', 'd', 'e'].map((name) => makeNode({ name }).nodeId);
const at = (index: number) => {
  const id = order[index];
  if (id === undefined) throw new Error('there is no such entry');
  return id;
};
const indexes = ({ chosen }: Selection) => [...chosen].map((id) => order.indexOf(id)).toSorted((a, b) => a - b);

describe('a selection', () => {
  test('of one entry replaces the one before', () => {
    const first = choose(order, NOTHING_CHOSEN, { id: at(1), step: 'alone' });
    expect(indexes(choose(order, first, { id: at(3), step: 'alone' }))).toEqual([3]);
  });

  test('goes from where it began to where it is extended to, in both directions', () => {
    const first = choose(order, NOTHING_CHOSEN, { id: at(2), step: 'alone' });
    const down = choose(order, first, { id: at(4), step: 'range' });
    expect(indexes(down)).toEqual([2, 3, 4]);
    expect(indexes(choose(order, down, { id: at(0), step: 'range' }))).toEqual([0, 1, 2]);
  });

  test('takes single entries in and out', () => {
    const first = choose(order, NOTHING_CHOSEN, { id: at(0), step: 'toggle' });
    const both = choose(order, first, { id: at(2), step: 'toggle' });
    expect(indexes(both)).toEqual([0, 2]);
    expect(indexes(choose(order, both, { id: at(0), step: 'toggle' }))).toEqual([2]);
  });

  test('stays when the keyboard moves, and when others come', () => {
    const chosen = choose(order, NOTHING_CHOSEN, { id: at(1), step: 'alone' });
    expect(indexes(choose(order, chosen, { id: at(3), step: 'move' }))).toEqual([1]);
    expect(keepPresent(order, [makeNode({}).nodeId, ...order], chosen)).toBe(chosen);
  });

  test('loses what is gone, and the keyboard goes to what stands in its place', () => {
    const all = choose(order, chooseAll(order, NOTHING_CHOSEN), { id: at(1), step: 'move' });
    const after = order.filter((id) => id !== at(1));
    const kept = keepPresent(order, after, all);
    expect(indexes(kept)).toEqual([0, 2, 3, 4]);
    expect(kept.active).toBe(at(2));
    expect(keepPresent(order, order.slice(0, 1), { ...all, active: at(4) }).active).toBe(at(0));
  });
});
