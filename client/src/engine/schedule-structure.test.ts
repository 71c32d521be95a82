import { expect, test } from '@jest/globals';
import { NodeId } from '@syncline/protocol';
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
  return scheduleStructure({ working: new WorkingTree(tree, ROOT), rootId: ROOT, isObstructed: () => false }, [
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
