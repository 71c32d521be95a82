import { describe, expect, test } from '@jest/globals';
import type { Node } from '@syncline/protocol';
import fc from 'fast-check';
import { applyNodes, type FolderPlace, type Listing } from './listing.ts';
import { makeNode } from './test/make-node.ts';

const folder = makeNode({ name: 'here', kind: 'folder' });
const place: FolderPlace = { namespaceId: folder.namespaceId, folderId: folder.nodeId };
const inside = (name: string, more: Partial<Node> = {}) => makeNode({ name, parentId: folder.nodeId, ...more });
const listingOf = (...nodes: readonly Node[]): Listing => ({
  nodes: new Map(nodes.map((node) => [node.nodeId, node])),
  isComplete: true,
});
const namesOf = ({ nodes }: Listing) => [...nodes.values()].map(({ name }) => name).toSorted();

describe('a listing', () => {
  test('takes in what was made in its folder, and nothing of other folders', () => {
    const listing = applyNodes(place, listingOf(inside('a')), [inside('b'), makeNode({ name: 'elsewhere' })]);
    expect(namesOf(listing)).toEqual(['a', 'b']);
  });

  test('renames, and lets go what was moved away or deleted', () => {
    const [a, b, c] = [inside('a'), inside('b'), inside('c')];
    const listing = applyNodes(place, listingOf(a, b, c), [
      { ...a, name: 'a2', rev: 2 },
      { ...b, parentId: makeNode({}).nodeId, rev: 2 },
      { ...c, deletedAt: '2026-01-01T00:00:00Z', rev: 2 },
    ]);
    expect(namesOf(listing)).toEqual(['a2']);
  });

  test('is not changed by news that is older than what it has', () => {
    const renamed = inside('new', { rev: 3 });
    const before = listingOf(renamed);
    expect(applyNodes(place, before, [{ ...renamed, name: 'old', rev: 2 }])).toBe(before);
    expect(applyNodes(place, before, [{ ...renamed, deletedAt: '2026-01-01T00:00:00Z', rev: 1 }])).toBe(before);
  });

  test('does not list a root in itself', () => {
    const root = makeNode({ name: '' });
    const here: FolderPlace = { namespaceId: root.namespaceId, folderId: root.nodeId };
    const before = listingOf();
    expect(applyNodes(here, before, [{ ...root, parentId: root.nodeId }])).toBe(before);
  });

  test('is the same in whatever order and how often news arrive, once the newest has', () => {
    const node = inside('start');
    const history = [
      { ...node, name: 'second', rev: 2 },
      { ...node, parentId: makeNode({}).nodeId, rev: 3 },
      { ...node, name: 'back', rev: 4 },
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...history)), (news) => {
        const arrived = [...news, ...history].reduce(
          (listing, one) => applyNodes(place, listing, [one]),
          listingOf(node),
        );
        const atOnce = applyNodes(place, listingOf(node), history);
        expect(namesOf(arrived)).toEqual(namesOf(atOnce));
      }),
    );
  });
});
