import { conflictedName, DEPTH_MAX, type NodeId, nameKey } from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import { type ConflictDecision, conflicting, type DecisionContext, type ErrorDecision, refusing } from './decision.ts';
import { CONFLICT_NAMES_AT_ONCE, CONFLICT_NAMES_MAX } from './limits.ts';
import type { NamespaceView } from './namespace-view.ts';

/** A folder that a node may be put into, or why it may not. */
export type FolderFinding =
  /** `chain` is the folder and everything above it, without the root. */
  { readonly kind: 'folder'; readonly chain: readonly StoredNode[] } | ConflictDecision | ErrorDecision;

/** Guarantees that a node put into the folder is reachable from the root, and no deeper than DEPTH_MAX. */
export async function findFolder(view: NamespaceView, folderId: NodeId): Promise<FolderFinding> {
  if (folderId === view.rootId) return { kind: 'folder', chain: [] };
  const folder = await view.node(folderId);
  if (folder === undefined) return refusing('not_found', 'there is no such folder');
  if (folder.kind === 'mount') return refusing('invalid_request', 'parentId names a shared folder: name its namespace');
  if (folder.kind !== 'folder') return refusing('invalid_request', 'parentId names a file');
  const ancestry = await view.ancestry(folderId);
  switch (ancestry.kind) {
    case 'unknown':
      return refusing('not_found', 'there is no such folder');
    case 'deleted':
      return conflicting('parent_deleted', ancestry.folder);
    case 'too_deep':
      return tooDeep();
    case 'live':
      return ancestry.chain.length + 1 > DEPTH_MAX ? tooDeep() : { kind: 'folder', chain: ancestry.chain };
  }
}

/** Undefined when the node can be reached from the root; the node itself must not be in the trash. */
export async function findObstacle(
  view: NamespaceView,
  node: StoredNode,
): Promise<ConflictDecision | ErrorDecision | undefined> {
  const ancestry = await view.ancestry(node.parentId);
  switch (ancestry.kind) {
    case 'unknown':
      return refusing('not_found', 'there is no such node');
    case 'deleted':
      return conflicting('parent_deleted', ancestry.folder);
    case 'too_deep':
      return tooDeep();
    case 'live':
      return undefined;
  }
}

/** The first name of a conflicted copy that is free in the folder; undefined when all CONFLICT_NAMES_MAX are taken. */
export async function findConflictName(
  context: DecisionContext,
  place: { readonly parentId: NodeId; readonly name: string },
): Promise<string | undefined> {
  const { parentId } = place;
  const nameOf = (attempt: number) =>
    conflictedName({
      name: place.name,
      deviceName: context.caller.device.name,
      at: new Date(context.now),
      attempt,
    });
  for (let first = 1; first <= CONFLICT_NAMES_MAX; first += CONFLICT_NAMES_AT_ONCE) {
    const names = Array.from({ length: CONFLICT_NAMES_AT_ONCE }, (_, index) => nameOf(first + index));
    await context.view.load(
      [],
      names.map((name) => ({ parentId, nameKey: nameKey(name) })),
    );
    for (const name of names) {
      if ((await context.view.place({ parentId, nameKey: nameKey(name) })) === undefined) return name;
    }
  }
  return undefined;
}

function tooDeep(): ErrorDecision {
  return refusing('invalid_request', `a node can stand at most ${DEPTH_MAX} folders deep`, {
    limit: 'DEPTH_MAX',
    max: DEPTH_MAX,
  });
}
