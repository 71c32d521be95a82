import { expect, test } from '@jest/globals';
import { NodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { movingName } from './moving-name.ts';
import { NodeTree, type PlacedNode } from './node-tree.ts';
import { scheduleStructure } from './schedule-structure.ts';
import { WorkingTree } from './working-tree.ts';

const ROOT = NodeId.parse('00000000000000000000000000');
const [ONE, OTHER] = [NodeId.parse('00000000000000000000000001'), NodeId.parse('00000000000000000000000002')];

/** Two nodes of the root folder, by their names, that each want the other's. */
function swap(one: string, other: string) {
  const tree = new NodeTree<PlacedNode>();
  tree.set({ nodeId: ONE, parentId: ROOT, name: one });
  tree.set({ nodeId: OTHER, parentId: ROOT, name: other });
  return scheduleStructure({ working: new WorkingTree(tree, ROOT), rootOf: () => ROOT, isObstructed: () => false }, [
    { kind: 'move', nodeId: ONE, to: { parentId: ROOT, name: other } },
    { kind: 'move', nodeId: OTHER, to: { parentId: ROOT, name: one } },
  ]);
}

test('of two nodes that change places one is moved aside, and the other one goes where it stood', () => {
  expect(swap('a', 'b')).toEqual({
    order: [
      { kind: 'move', nodeId: ONE, to: { parentId: ROOT, name: movingName(ONE) } },
      { kind: 'move', nodeId: OTHER, to: { parentId: ROOT, name: 'a' } },
    ],
    stuck: [],
  });
});

test('of two nodes that change places the one that stands aside already is not put there once more', () => {
  expect(swap(movingName(ONE), 'b')).toEqual({
    order: [
      { kind: 'move', nodeId: OTHER, to: { parentId: ROOT, name: movingName(OTHER) } },
      { kind: 'move', nodeId: ONE, to: { parentId: ROOT, name: 'b' } },
    ],
    stuck: [],
  });
});

const nodeIds = Array.from({ length: 8 }, (_, index) => NodeId.parse(`0000000000000000000000001${index}`));

test('circles are broken at the same nodes, in whatever order the moves come', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(nodeIds, { minLength: nodeIds.length }),
      fc.shuffledSubarray([...nodeIds.keys()], { minLength: nodeIds.length }),
      (targets, order) => {
        const asideOf = (moved: readonly number[]) => {
          const tree = new NodeTree<PlacedNode>();
          for (const nodeId of nodeIds) tree.set({ nodeId, parentId: ROOT, name: nodeId });
          const input = { working: new WorkingTree(tree, ROOT), rootOf: () => ROOT, isObstructed: () => false };
          const moves = moved.flatMap((index) => {
            const [nodeId, name] = [nodeIds[index], targets[index]];
            if (nodeId === undefined || name === undefined || name === nodeId) return [];
            return [{ kind: 'move' as const, nodeId, to: { parentId: ROOT, name } }];
          });
          const schedule = scheduleStructure(input, moves);
          expect(schedule.stuck).toEqual([]);
          return new Set(
            schedule.order.flatMap((action) =>
              action.kind === 'move' && action.to.name === movingName(action.nodeId) ? [action.nodeId] : [],
            ),
          );
        };
        expect(asideOf(order)).toEqual(asideOf([...nodeIds.keys()]));
      },
    ),
    { numRuns: 1000 },
  );
});
