import { expect, test } from '@jest/globals';
import type { Node, NodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { makeNode } from '../features/files/test/make-node.ts';
import { type KeptTree, keepListing, keepNodes, placeInside } from './kept-tree.ts';

/** Folders 0 to 3 and files 4 to 9 of one namespace, at first all in its root. */
const FIRST: readonly Node[] = Array.from({ length: 10 }, (_, index) =>
  makeNode({ kind: index < 4 ? 'folder' : 'file' }),
);
const ROOT = FIRST[0]?.parentId as NodeId;

interface Move {
  readonly node: number;
  /** -1: the root; -2: the trash. */
  readonly to: number;
}

const someMove = fc.record({ node: fc.integer({ min: 0, max: 9 }), to: fc.integer({ min: -2, max: 3 }) });

class Service {
  readonly nodes = new Map(FIRST.map((node) => [node.nodeId, node]));

  /** The node after it; undefined for what a service refuses. */
  move({ node, to }: Move): Node | undefined {
    const moved = this.nodes.get(FIRST[node]?.nodeId as NodeId) as Node;
    const parentId = to < 0 ? ROOT : (FIRST[to]?.nodeId as NodeId);
    if (moved.deletedAt !== undefined || this.#isBelow(parentId, moved.nodeId)) return undefined;
    const after = {
      ...moved,
      rev: moved.rev + 1,
      parentId,
      ...(to === -2 ? { deletedAt: '2026-01-01T00:00:00Z' } : {}),
    };
    this.nodes.set(moved.nodeId, after);
    return after;
  }

  children(folderId: NodeId): readonly Node[] {
    return [...this.nodes.values()].filter((node) => node.parentId === folderId && node.deletedAt === undefined);
  }

  below(folderId: NodeId): readonly NodeId[] {
    return this.children(folderId).flatMap(({ nodeId }) => [nodeId, ...this.below(nodeId)]);
  }

  #isBelow(nodeId: NodeId, above: NodeId): boolean {
    if (nodeId === above) return true;
    const node = this.nodes.get(nodeId);
    return node !== undefined && this.#isBelow(node.parentId, above);
  }
}

test('what is kept is what lies below what was marked, however it came there, in batches of any size', () => {
  fc.assert(
    fc.property(fc.array(fc.array(someMove, { maxLength: 4 }), { maxLength: 12 }), (batches) => {
      const service = new Service();
      const marked = FIRST[0] as Node;
      let tree: KeptTree = { marks: new Set([marked.nodeId]), nodes: new Map() };
      const take = (seen: readonly Node[]): void => {
        let step = keepNodes(tree, seen);
        tree = step.tree;
        const toList = [...step.toList];
        for (let place = toList.shift(); place !== undefined; place = toList.shift()) {
          step = keepListing(tree, place, service.children(place.folderId));
          tree = step.tree;
          toList.push(...step.toList);
        }
      };
      take([marked]);
      for (const batch of batches) take(batch.flatMap((move) => service.move(move) ?? []));
      const isThere = service.nodes.get(marked.nodeId)?.deletedAt === undefined;
      const expected = isThere ? [marked.nodeId, ...service.below(marked.nodeId)] : [];
      expect([...tree.nodes.keys()].toSorted()).toEqual(expected.toSorted());
      for (const node of tree.nodes.values()) expect(node).toEqual(service.nodes.get(node.nodeId));
    }),
  );
});

test('what lies in a mount stands in the namespace that is mounted', () => {
  const namespaceId = makeNode({}).namespaceId;
  const mount = makeNode({ kind: 'mount', mountedNamespaceId: namespaceId });
  expect(placeInside(mount)).toEqual({ namespaceId, folderId: namespaceId });
});
