import { type NodeId, nameKey, type RestoreOperation } from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import {
  changing,
  conflicting,
  type Decision,
  type DecisionContext,
  metConflict,
  refusing,
  unchanged,
} from './decision.ts';
import { findConflictName, findFolder, findObstacle } from './find-place.ts';
import { contentOf, type FileContent, modified, moved, restored } from './node-change.ts';

/** Brings a node back from the trash, or makes an older content of a file its next revision, or both. */
export async function decideRestore(context: DecisionContext, operation: RestoreOperation): Promise<Decision> {
  const { view } = context;
  if (operation.nodeId === view.rootId) return refusing('invalid_request', 'the root folder is never deleted');
  const node = await view.node(operation.nodeId);
  if (node === undefined) return refusing('not_found', 'there is no such node');
  if (node.kind === 'mount') {
    return refusing('invalid_request', 'a shared folder that was left comes back by an invitation to it');
  }
  const { baseRev = node.rev } = operation;
  if (baseRev > node.rev) return refusing('invalid_request', 'baseRev is a revision that does not exist yet');
  if (baseRev < node.rev) return conflicting(node.deletedAt === undefined ? 'edited' : 'deleted', node);
  const target = { parentId: operation.parentId ?? node.parentId, name: operation.name ?? node.name };
  if (operation.rev === undefined) return bringBack(context, { node, ...target });
  if (node.kind !== 'file') return refusing('invalid_request', 'a folder has no content');
  const revision = await view.revision(node.nodeId, operation.rev);
  if (revision === undefined) return refusing('not_found', 'there is no such revision');
  // A restore is later than the content that it replaces: it takes over its Lamport time, and wins ties by nothing.
  const content = contentOf(revision, Math.max(node.contentClock ?? 0, revision.clock));
  if (node.deletedAt !== undefined) return bringBack(context, { node, ...target }, content);
  const obstacle = await findObstacle(view, node);
  if (obstacle !== undefined) return obstacle;
  if (operation.rev === node.contentRev) return unchanged(node);
  return changing(modified(context, node, content));
}

interface Return {
  readonly node: StoredNode;
  readonly parentId: NodeId;
  readonly name: string;
}

/** A node that is live already stays where it is. One that lies in a folder in the trash comes out of it alone, where a place is named. */
async function bringBack(
  context: DecisionContext,
  { node, parentId, name }: Return,
  content?: FileContent,
): Promise<Decision> {
  const obstacle = node.deletedAt === undefined ? await findObstacle(context.view, node) : undefined;
  const isHidden = obstacle?.kind === 'conflict' && parentId !== node.parentId;
  const outOf = isHidden ? obstacle.node : undefined;
  if (node.deletedAt === undefined && !isHidden) return obstacle ?? unchanged(node);
  const folder = await findFolder(context.view, parentId);
  if (folder.kind !== 'folder') return folder;
  const taken = await context.view.place({ parentId, nameKey: nameKey(name) });
  if (taken === undefined && outOf !== undefined) {
    return changing({ ...moved(context, node, { parentId, name }), outOf });
  }
  if (taken === undefined) return changing(restored(context, { before: node, parentId, name }, content));
  if (isHidden) return conflicting('name_taken', taken);
  const free = await findConflictName(context, { parentId, name });
  if (free === undefined) return conflicting('name_taken', taken);
  const back = restored(context, { before: node, parentId, name: free }, content);
  return changing(back, metConflict('name_taken', taken, free));
}
