import { expect, test } from '@jest/globals';
import type { Node } from '@syncline/protocol';
import fc from 'fast-check';
import { compareEntries, nameCollator, type SortOrder, sortEntries } from './sort-entries.ts';
import { makeNode } from './test/make-node.ts';

const collator = nameCollator('en');
const mapOf = (nodes: readonly Node[]) => new Map(nodes.map((node) => [node.nodeId, node]));
const sorted = (nodes: readonly Node[], order: SortOrder) =>
  sortEntries(mapOf(nodes), compareEntries(order, collator)).map(({ name }) => name);
const byName = { column: 'name', isDescending: false } as const;

test('folders stand before files, and numbers in names go by their value', () => {
  const nodes = [
    makeNode({ name: 'page 10' }),
    makeNode({ name: 'page 9' }),
    makeNode({ name: 'Zoo', kind: 'folder' }),
    makeNode({ name: 'shared', kind: 'mount' }),
  ];
  expect(sorted(nodes, byName)).toEqual(['shared', 'Zoo', 'page 9', 'page 10']);
  expect(sorted(nodes, { ...byName, isDescending: true })).toEqual(['Zoo', 'shared', 'page 10', 'page 9']);
});

test('by size and by time, equal ones stand by name in both directions', () => {
  const nodes = [
    makeNode({ name: 'b', size: 1, modifiedAt: '2026-01-02T00:00:00Z' }),
    makeNode({ name: 'a', size: 1, modifiedAt: '2026-01-03T00:00:00Z' }),
    makeNode({ name: 'c', size: 9, modifiedAt: '2026-01-01T00:00:00Z' }),
  ];
  expect(sorted(nodes, { column: 'size', isDescending: false })).toEqual(['a', 'b', 'c']);
  expect(sorted(nodes, { column: 'size', isDescending: true })).toEqual(['c', 'a', 'b']);
  expect(sorted(nodes, { column: 'modified', isDescending: true })).toEqual(['a', 'b', 'c']);
});

test('what is sorted on from an earlier listing is as if it was sorted from the start', () => {
  const order = fc.record({
    column: fc.constantFrom('name' as const, 'modified' as const, 'size' as const),
    isDescending: fc.boolean(),
  });
  const entry = fc.record({
    name: fc.string(),
    size: fc.nat(3),
    kind: fc.constantFrom('file' as const, 'folder' as const),
  });
  fc.assert(
    fc.property(order, fc.array(entry), fc.array(entry), fc.nat(), (chosen, first, later, gone) => {
      const compare = compareEntries(chosen, collator);
      const before = mapOf(first.map(makeNode));
      const previous = sortEntries(before, compare);
      const after = new Map([...before, ...mapOf(later.map(makeNode))]);
      const removed = [...after.keys()][gone % Math.max(1, after.size)];
      if (removed !== undefined) after.delete(removed);
      expect(sortEntries(after, compare, previous)).toEqual([...after.values()].toSorted(compare));
    }),
  );
});

test('an unchanged listing keeps its array, so that nothing is drawn again', () => {
  const compare = compareEntries(byName, collator);
  const nodes = mapOf([makeNode({ name: 'b' }), makeNode({ name: 'a' })]);
  const previous = sortEntries(nodes, compare);
  expect(sortEntries(new Map(nodes), compare, previous)).toBe(previous);
});
