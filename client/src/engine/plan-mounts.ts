import type { NodeId } from '@syncline/protocol';
import { freeConflictedName } from './free-conflicted-name.ts';
import type { PlacedNode } from './node-tree.ts';
import type { Planning, Wishes } from './planning.ts';
import type { LocalStep } from './steps.ts';
import type { LocalNode } from './trees.ts';

/** Whether what the disk alone has must not go to the service from where it stands. It is told, once where it begins. */
export function isHeldByMount({ mounts, local, remote, report }: Planning, here: LocalNode): boolean {
  const state = mounts.stateIn(local.tree, here.parentId);
  if (state === 'readable' && remote.has(here.parentId)) report(here.nodeId, 'read-only');
  return state !== 'writable';
}

/**
 * Gives names of their own to edits of files that this device may only read, and to what it has made where the service has something else: the
 * service's files and folders take their places.
 */
export function planAsides(planning: Planning, { asides }: Wishes): readonly LocalStep[] {
  return [...asides, ...obstructors(planning)].flatMap((nodeId): readonly LocalStep[] => {
    const here = planning.local.tree.get(nodeId);
    if (here === undefined) return [];
    const { parentId } = here;
    const to = { parentId, name: freeConflictedName(planning, { parentId, name: here.name }) };
    planning.localAfter.put(nodeId, to);
    return [{ type: 'set-aside', nodeId, to }];
  });
}

/** What the disk alone has, and stands where it may only read, at the place of something else. */
function obstructors({ candidates, local, remote, synced, mounts }: Planning): readonly NodeId[] {
  if (mounts.isEmpty) return [];
  return candidates.filter((nodeId) => {
    const here = local.tree.get(nodeId);
    if (here === undefined || remote.has(nodeId) || synced.has(nodeId) || remote.at(here) === undefined) return false;
    return mounts.stateIn(local.tree, here.parentId) === 'readable';
  });
}

/** The uppermost folders of the namespaces that nodes of a tree are in. */
export function namespaceRoots(
  { mounts, rootId }: Pick<Planning, 'mounts' | 'rootId'>,
  tree: { get(nodeId: NodeId): PlacedNode | undefined },
): (nodeId: NodeId) => NodeId {
  return (nodeId) => mounts.above(tree, tree.get(nodeId)?.parentId ?? rootId) ?? rootId;
}
