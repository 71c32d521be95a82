import { type MoveOperation, nameKey } from '@syncline/protocol';
import { changing, conflicting, type Decision, type DecisionContext, refusing, unchanged } from './decision.ts';
import { findFolder, findObstacle } from './find-place.ts';
import { moved } from './node-change.ts';

/** Renames a node, or puts it into another folder. What lies below it is neither read nor written. */
export async function decideMove(context: DecisionContext, operation: MoveOperation): Promise<Decision> {
  const { view } = context;
  const { nodeId, parentId, name, baseRev } = operation;
  if (nodeId === view.rootId) return refusing('invalid_request', 'the root folder cannot be moved');
  const node = await view.node(nodeId);
  if (node === undefined) return refusing('not_found', 'there is no such node');
  if (baseRev > node.rev) return refusing('invalid_request', 'baseRev is a revision that does not exist yet');
  if (node.deletedAt !== undefined) return conflicting('deleted', node);
  const obstacle = await findObstacle(view, node);
  if (obstacle !== undefined) return obstacle;
  if (node.parentId === parentId && node.name === name) return unchanged(node);
  if (baseRev < node.placeRev) return conflicting('moved', node);
  const folder = await findFolder(view, parentId);
  if (folder.kind !== 'folder') return folder;
  if (folder.chain.some((above) => above.nodeId === nodeId)) {
    return refusing('invalid_request', 'a folder cannot be moved into itself');
  }
  const taken = await view.place({ parentId, nameKey: nameKey(name) });
  if (taken !== undefined && taken.nodeId !== nodeId) return conflicting('name_taken', taken);
  return changing(moved(context, node, { parentId, name }));
}
