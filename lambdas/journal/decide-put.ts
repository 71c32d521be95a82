import { assert, type ConflictStrategy, type NodeId, nameKey, type PutOperation } from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import {
  changing,
  chooseNodeId,
  conflicting,
  type Decision,
  type DecisionContext,
  metConflict,
  refusing,
  unchanged,
} from './decision.ts';
import { type ContentFindings, contentKey } from './find-contents.ts';
import { findConflictName, findFolder, findObstacle } from './find-place.ts';
import { createdFile, type FileContent, keptAsLosing, modified, restored } from './node-change.ts';

/** Makes a stored content that of a file. The rules of conflicts are those of docs/SYNC.md, "Conflicts". */
export async function decidePut(
  context: DecisionContext & { readonly contents: ContentFindings },
  operation: PutOperation,
): Promise<Decision> {
  const found = context.contents.get(contentKey(operation));
  assert(found !== undefined, 'every content of a commit was looked for');
  if (found.kind === 'refused') return { kind: 'error', error: found.error };
  if (found.content.namespaceId !== operation.namespaceId) {
    return refusing('invalid_request', 'the upload was opened for another namespace');
  }
  const { size, contentHash, chunking, domain, manifest } = found.content;
  const content: FileContent = {
    size,
    contentHash,
    chunking,
    domain,
    clock: operation.clock,
    executable: operation.executable === true,
    ...(manifest === undefined ? {} : { manifest }),
    ...(operation.clientModifiedAt === undefined ? {} : { clientModifiedAt: operation.clientModifiedAt }),
  };
  if (operation.nodeId !== undefined) return decideEdit(context, { ...operation, nodeId: operation.nodeId }, content);
  if (operation.baseRev !== 0) return refusing('invalid_request', 'a new file has baseRev 0');
  return decideNewFile(context, operation, content);
}

export interface NewFile {
  readonly parentId: NodeId;
  readonly name: string;
  readonly newNodeId?: NodeId | undefined;
  readonly onConflict: ConflictStrategy;
}

/** Puts a new file at a place, or beside what stands there. */
export async function decideNewFile(context: DecisionContext, file: NewFile, content: FileContent): Promise<Decision> {
  const { view } = context;
  const place = { parentId: file.parentId, nameKey: nameKey(file.name) };
  const folder = await findFolder(view, file.parentId);
  if (folder.kind !== 'folder') return folder;
  const taken = await view.place(place);
  if (taken !== undefined && isSameContent(taken, content)) return unchanged(taken);
  if (taken !== undefined && taken.nodeId !== file.newNodeId) {
    return settleConflict(context, { ...file, kind: 'name_taken', server: taken }, content);
  }
  const chosen = await chooseNodeId(context, file.newNodeId);
  if (chosen.kind === 'error') return chosen;
  return changing(createdFile(context, { ...file, nodeId: chosen.nodeId }, content));
}

/** Makes the next revision of a file that the client knows. */
async function decideEdit(
  context: DecisionContext,
  operation: PutOperation & { readonly nodeId: NodeId },
  content: FileContent,
): Promise<Decision> {
  if (operation.nodeId === context.view.rootId) return refusing('invalid_request', 'a folder has no content');
  const node = await context.view.node(operation.nodeId);
  if (node === undefined) return refusing('not_found', 'there is no such file');
  if (node.kind !== 'file') return refusing('invalid_request', 'a folder has no content');
  if (operation.baseRev > node.rev) return refusing('invalid_request', 'baseRev is a revision that does not exist yet');
  if (node.deletedAt !== undefined) return decideEditOfDeleted(context, { operation, node }, content);
  const obstacle = await findObstacle(context.view, node);
  if (obstacle !== undefined) return obstacle;
  const isStale = operation.baseRev < node.contentRev;
  // Whoever set the executable bit last without seeing the other has no bytes to lose: the server's stays.
  if (isStale ? node.contentHash === content.contentHash : isSameContent(node, content)) return unchanged(node);
  if (!isStale) return changing(modified(context, node, content));
  const { parentId, name } = node;
  return settleConflict(context, { ...operation, parentId, name, kind: 'edited', server: node }, content);
}

/** An edit beats a delete that has not seen it: the file comes back where the client has it. */
async function decideEditOfDeleted(
  context: DecisionContext,
  { operation, node }: { readonly operation: PutOperation; readonly node: StoredNode },
  content: FileContent,
): Promise<Decision> {
  if (operation.onConflict === 'fail') return conflicting('deleted', node);
  if (operation.onConflict === 'keep_theirs') {
    return changing(keptAsLosing(context, node, content), metConflict('deleted', node));
  }
  const { parentId } = operation;
  const folder = await findFolder(context.view, parentId);
  if (folder.kind !== 'folder') return folder;
  const taken = await context.view.place({ parentId, nameKey: nameKey(operation.name) });
  if (taken === undefined) {
    const back = restored(context, { before: node, parentId, name: operation.name }, content);
    return changing(back, metConflict('deleted', node));
  }
  const name = await findConflictName(context, operation);
  if (name === undefined) return conflicting('name_taken', taken);
  return changing(restored(context, { before: node, parentId, name }, content), metConflict('deleted', node, name));
}

interface Collision extends NewFile {
  readonly kind: 'edited' | 'name_taken';
  /** What stands on the server: the file with another content, or a folder. */
  readonly server: StoredNode;
}

/** Chooses between the server's file and this content, by the strategy. The other one stays reachable, always. */
async function settleConflict(context: DecisionContext, collision: Collision, content: FileContent): Promise<Decision> {
  const { kind, server } = collision;
  const met = metConflict(kind, server);
  const strategy = strategyFor(context, collision, content);
  switch (strategy) {
    case 'fail':
      return conflicting(kind, server);
    case 'keep_mine':
      return changing(modified(context, server, content), met);
    case 'keep_theirs':
      return changing(keptAsLosing(context, server, content), met);
    case 'keep_both':
      return copyBeside(context, collision, content);
  }
}

/** A folder or a mount takes no content, so nothing can be kept in it: what would go over it or under it goes beside it or nowhere. */
function strategyFor(
  context: DecisionContext,
  { onConflict, server }: Collision,
  content: FileContent,
): Exclude<ConflictStrategy, 'last_write_wins'> {
  if (server.kind !== 'file') return onConflict === 'fail' || onConflict === 'keep_theirs' ? 'fail' : 'keep_both';
  if (onConflict !== 'last_write_wins') return onConflict;
  const serverClock = server.contentClock ?? 0;
  if (content.clock !== serverClock) return content.clock > serverClock ? 'keep_mine' : 'keep_theirs';
  return context.caller.device.deviceId > (server.contentDeviceId ?? '') ? 'keep_mine' : 'keep_theirs';
}

async function copyBeside(context: DecisionContext, collision: Collision, content: FileContent): Promise<Decision> {
  const { kind, server, parentId } = collision;
  const chosen = await chooseNodeId(context, collision.newNodeId);
  if (chosen.kind === 'error') return chosen;
  const name = await findConflictName(context, collision);
  if (name === undefined) return conflicting(kind, server);
  const copy = createdFile(context, { nodeId: chosen.nodeId, parentId, name }, content);
  return changing(copy, metConflict(kind, server, name));
}

function isSameContent(node: StoredNode, content: FileContent): boolean {
  return (
    node.kind === 'file' &&
    node.contentHash === content.contentHash &&
    (node.executable === true) === content.executable
  );
}
