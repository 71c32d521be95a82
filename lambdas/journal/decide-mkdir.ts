import { type MkdirOperation, nameKey } from '@syncline/protocol';
import { changing, chooseNodeId, conflicting, type Decision, type DecisionContext, unchanged } from './decision.ts';
import { findFolder } from './find-place.ts';
import { createdFolder } from './node-change.ts';

/** Makes a folder. One that stands there already is the answer. */
export async function decideMkdir(context: DecisionContext, operation: MkdirOperation): Promise<Decision> {
  const { parentId, name } = operation;
  const folder = await findFolder(context.view, parentId);
  if (folder.kind !== 'folder') return folder;
  const taken = await context.view.place({ parentId, nameKey: nameKey(name) });
  if (taken !== undefined) return taken.kind === 'folder' ? unchanged(taken) : conflicting('name_taken', taken);
  const chosen = await chooseNodeId(context, operation.newNodeId);
  if (chosen.kind === 'error') return chosen;
  return changing(createdFolder(context, { nodeId: chosen.nodeId, parentId, name }));
}
