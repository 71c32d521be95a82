/**
 * Shared folders in the tree of this namespace. What lies in one is the tree of another namespace, which this folder does not sync: nothing
 * is concluded from it, sent into it, fetched from it or taken away for it, on either side, and it is told.
 *
 * A folder that was synced and became a mount keeps on the disk what it held. Source: docs/decisions/0111-how-a-client-mounts.md
 */
import type { NodeId } from '@syncline/protocol';
import { pathNames, type TreeReader } from './node-tree.ts';
import { type SyncProblem, syncProblem } from './sync-problem.ts';
import { diskPath, type LocalTree, type RemoteTree, type SyncedTree } from './trees.ts';

export interface MountedTrees {
  readonly rootId: NodeId;
  readonly mounts: ReadonlySet<NodeId>;
  readonly remote: RemoteTree;
  readonly local: LocalTree;
  readonly synced: SyncedTree;
}

/** Whether a node is a mount, stands where one belongs, or lies below either, in any of the three trees. */
export function isInMount({ mounts, remote, local, synced }: MountedTrees, nodeId: NodeId): boolean {
  if (mounts.size === 0) return false;
  const isMount = (id: NodeId): boolean => {
    const here = local.get(id);
    return mounts.has(id) || (here !== undefined && remote.at(here)?.kind === 'mount');
  };
  return [remote, local, synced].some(
    (tree: TreeReader<{ readonly nodeId: NodeId; readonly parentId: NodeId; readonly name: string }>) => {
      const seen = new Set<NodeId>();
      for (let current: NodeId | undefined = nodeId; current !== undefined && !seen.has(current); ) {
        if (isMount(current)) return true;
        seen.add(current);
        current = tree.get(current)?.parentId;
      }
      return false;
    },
  );
}

/** The mounts, and what was known to lie in them: absence of these proves nothing. */
export function frozenByMounts({
  mounts,
  remote,
  synced,
}: Omit<MountedTrees, 'local' | 'rootId'>): ReadonlySet<NodeId> {
  const frozen = new Set<NodeId>();
  for (const mountId of mounts) {
    frozen.add(mountId);
    for (const tree of [remote, synced]) for (const nodeId of tree.below(mountId)) frozen.add(nodeId);
  }
  return frozen;
}

export function reportMounts({ rootId, mounts, remote, local }: Omit<MountedTrees, 'synced'>): readonly SyncProblem[] {
  return [...mounts].flatMap((mountId) => {
    const path = diskPath(local, rootId, mountId) ?? pathNames(remote, rootId, mountId)?.join('/');
    return path === undefined ? [] : [syncProblem(path, 'shared-folder')];
  });
}
