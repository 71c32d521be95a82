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

/** Gives edits of files that this device may only read names of their own, so that the service's files can take their places. */
export function planAsides(planning: Planning, { asides }: Wishes): readonly LocalStep[] {
  return asides.flatMap((nodeId): readonly LocalStep[] => {
    const here = planning.local.tree.get(nodeId);
    if (here === undefined) return [];
    const { parentId } = here;
    const to = { parentId, name: freeConflictedName(planning, { parentId, name: here.name }) };
    planning.localAfter.put(nodeId, to);
    return [{ type: 'set-aside', nodeId, to }];
  });
}

/** The uppermost folders of the namespaces that nodes of a tree are in. */
export function namespaceRoots(
  { mounts, rootId }: Pick<Planning, 'mounts' | 'rootId'>,
  tree: { get(nodeId: NodeId): PlacedNode | undefined },
): (nodeId: NodeId) => NodeId {
  return (nodeId) => mounts.above(tree, tree.get(nodeId)?.parentId ?? rootId) ?? rootId;
}
