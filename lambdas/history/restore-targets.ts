import type { NodeId, RestoreObstacle } from '@syncline/protocol';
import { contentKey, type StoredRevision } from '../namespaces/namespace-store.ts';
import type { ChangedNode, PastTree, Standing } from './past-tree.ts';

/** A node that is not as it was, and what is to become of it: `wanted` it is to be seen as it was, `unwanted` it is not to be seen. */
export interface RestoreTarget {
  readonly node: ChangedNode;
  readonly kind: 'wanted' | 'unwanted';
  /** Why nothing can be done. */
  readonly obstacle?: RestoreObstacle;
  /** Folders above it at the earlier time. */
  readonly depth: number;
  /** It lies outside, in what is to come back: nothing is to be done about it unless that does. */
  readonly isCarried?: true;
}

export interface RestoreRequest {
  /** The folder that is set back with all below it, or one file. */
  readonly scope: NodeId;
  /** Only what one device did is undone. */
  readonly isPartial: boolean;
  /** Of the contents that are wanted again, those that are kept, by `contentKey`. */
  readonly contents: ReadonlyMap<string, Pick<StoredRevision, 'contentHash' | 'executable'>>;
}

/**
 * The nodes that a restore of `scope` is about: those that stood below it then or stand there now, and are not as they were, and those that would come
 * along with what comes back. Where `scope` itself stands is not changed, whatever became of it; if it is a file, its content is.
 */
export function restoreTargets(tree: PastTree, request: RestoreRequest): ReadonlyMap<NodeId, RestoreTarget> {
  const targets = new Map<NodeId, RestoreTarget>();
  for (const node of tree.changed.values()) {
    const target =
      node.nodeId === request.scope ? targetOfScope(tree, node, request) : targetBelow(tree, node, request);
    if (target !== undefined) targets.set(node.nodeId, target);
  }
  return targets;
}

function targetOfScope(tree: PastTree, node: ChangedNode, request: RestoreRequest): RestoreTarget | undefined {
  const { now, past } = node;
  if (now.kind !== 'file' || past === undefined || !now.isLive || hasContentOf(node, past, request)) return undefined;
  const depth = tree.chain(node.nodeId, 'now')?.length ?? 0;
  const inPlace = { ...node, past: { ...now, contentRev: past.contentRev } };
  return { node: inPlace, kind: 'wanted', depth, ...(node.isOverlaid ? { obstacle: 'changed_by_others' } : {}) };
}

function targetBelow(tree: PastTree, node: ChangedNode, request: RestoreRequest): RestoreTarget | undefined {
  const { scope } = request;
  const { nodeId, now } = node;
  const pastChain = tree.chain(nodeId, 'past', scope);
  if (pastChain?.at(-1) === scope) return targetOf(tree, node, { request, pastChain });
  // What was moved in and deleted there is no part of the folder, then or now.
  if (!now.isLive) return undefined;
  if (tree.isBelow(nodeId, scope)) return targetOf(tree, node, { request, pastChain });
  if (!tree.isCarriedTo(nodeId, scope)) return undefined;
  const target = targetOf(tree, node, { request, pastChain });
  return target === undefined ? undefined : { ...target, isCarried: true };
}

function targetOf(
  tree: PastTree,
  node: ChangedNode,
  { request, pastChain }: { readonly request: RestoreRequest; readonly pastChain: readonly NodeId[] | undefined },
): RestoreTarget | undefined {
  const { isPartial } = request;
  const { nodeId, now, past } = node;
  const depth = pastChain?.length ?? 0;
  const isOwnGone = past === undefined || !past.isLive;
  // What nobody can bring back to where it stood stays where it is.
  if (tree.stoodInForeign(nodeId)) return { node, kind: 'wanted', depth, obstacle: 'parent_missing' };
  // Of a device that is undone, nothing of others goes because of what it lies in.
  // What is not to be seen may lie in a folder in the trash that comes back.
  if (now.isLive && (isOwnGone || (!isPartial && pastChain === undefined))) {
    return { node, kind: 'unwanted', depth, ...(node.isOverlaid ? { obstacle: 'changed_by_others' } : {}) };
  }
  if (past === undefined || !past.isLive) return undefined;
  if (now.isLive && isSamePlace(now, past) && hasContentOf(node, past, request)) return undefined;
  if (pastChain === undefined)
    return isPartial ? { node, kind: 'wanted', depth, obstacle: 'parent_missing' } : undefined;
  const obstacle = node.isOverlaid ? 'changed_by_others' : tree.isPurged(nodeId) ? 'purged' : undefined;
  return { node, kind: 'wanted', depth, ...(obstacle === undefined ? {} : { obstacle }) };
}

/** Whether a node has the content of an earlier time, be it as another revision. */
export function hasContentOf(
  { nodeId, now }: ChangedNode,
  past: Standing,
  { contents }: Pick<RestoreRequest, 'contents'>,
): boolean {
  if (now.kind === 'folder' || now.contentRev === past.contentRev) return true;
  const content = contents.get(contentKey({ nodeId, rev: past.contentRev }));
  return (
    content !== undefined &&
    content.contentHash === now.contentHash &&
    (content.executable === true) === now.isExecutable
  );
}

export function isSamePlace(
  left: Pick<Standing, 'parentId' | 'name'>,
  right: Pick<Standing, 'parentId' | 'name'>,
): boolean {
  return left.parentId === right.parentId && left.name === right.name;
}
