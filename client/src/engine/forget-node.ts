import type { NodeId } from '@syncline/protocol';
import type { LocalView } from './match-local.ts';
import type { Forgotten } from './settle-deletions.ts';
import type { RemoteTree, SyncedNode, SyncedTree } from './trees.ts';

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

/** Lets what is on the disk of a node count as another node. */
export function renameLocal(local: LocalView, nodeId: NodeId, newNodeId: NodeId): void {
  const node = local.tree.get(nodeId);
  if (node === undefined) return;
  const children = [...local.tree.children(nodeId)];
  local.tree.remove(nodeId);
  local.tree.set({ ...node, nodeId: newNodeId });
  for (const child of children) local.tree.set({ ...child, parentId: newNodeId });
  const obstacles = local.obstacles.get(nodeId);
  if (obstacles === undefined) return;
  local.obstacles.delete(nodeId);
  local.obstacles.set(newNodeId, obstacles);
}

/**
 * Forgets for the plan: a node whose place another remote node has taken meanwhile becomes that one, so that the two merge.
 * Answers what was really done, for the steps.
 */
export function forgetForPlan(
  trees: { readonly remote: RemoteTree; readonly synced: SyncedTree; readonly local: LocalView },
  forgotten: readonly Forgotten[],
): readonly Forgotten[] {
  return forgotten.map((one) => {
    const here = trees.local.tree.get(one.nodeId);
    if (here === undefined || one.newNodeId === undefined) {
      forgetSynced(trees.synced, one);
      return one;
    }
    const there = trees.remote.at(here);
    const merges = there?.kind === here.kind && !trees.synced.has(there.nodeId) && !trees.local.tree.has(there.nodeId);
    const done = { nodeId: one.nodeId, newNodeId: merges ? there.nodeId : one.newNodeId };
    forgetSynced(trees.synced, done);
    renameLocal(trees.local, done.nodeId, done.newNodeId);
    return done;
  });
}
