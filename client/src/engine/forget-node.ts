import type { NodeId } from '@syncline/protocol';
import type { LocalDisk } from './local-disk.ts';
import type { Forgotten } from './settle-deletions.ts';
import type { TreeOverlay } from './tree-overlay.ts';
import type { RemoteTree, SyncedNode } from './trees.ts';

/** Takes a node out of the synced tree; what was agreed about its content stays agreed, below the node's new id. */
export function forgetSynced(
  synced: {
    children(parentId: NodeId): Iterable<SyncedNode>;
    set(node: SyncedNode): void;
    remove(nodeId: NodeId): void;
  },
  { nodeId, newNodeId }: Forgotten,
): void {
  if (newNodeId !== undefined) {
    for (const child of synced.children(nodeId)) synced.set({ ...child, parentId: newNodeId });
  }
  synced.remove(nodeId);
}

/**
 * Forgets for the plan: a node whose place another remote node has taken meanwhile becomes that one, so that the two merge.
 * Answers what was really done, for the steps.
 */
export function forgetForPlan(
  trees: { readonly remote: RemoteTree; readonly synced: TreeOverlay<SyncedNode>; readonly local: LocalDisk },
  forgotten: readonly Forgotten[],
): readonly Forgotten[] {
  // What is not on the disk comes first: its place, and its node, may be what something on the disk becomes.
  const isAbsent = (one: Forgotten) => one.newNodeId === undefined || !trees.local.tree.has(one.nodeId);
  const inOrder = [...forgotten.filter(isAbsent), ...forgotten.filter((one) => !isAbsent(one))];
  return inOrder.map((one) => {
    const here = trees.local.tree.get(one.nodeId);
    if (here === undefined || one.newNodeId === undefined) {
      forgetSynced(trees.synced, one);
      return one;
    }
    const there = trees.remote.at(here);
    const merges = there?.kind === here.kind && !trees.synced.has(there.nodeId) && !trees.local.tree.has(there.nodeId);
    const done = { nodeId: one.nodeId, newNodeId: merges ? there.nodeId : one.newNodeId };
    forgetSynced(trees.synced, done);
    trees.local.rename(new Map([[done.nodeId, done.newNodeId]]));
    return done;
  });
}
