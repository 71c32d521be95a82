import { DEPTH_MAX, type EpochMs, epochMs, type NodeId } from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import { UNDURABLE_MS_MAX } from './limits.ts';
import type { LocalView } from './local-disk.ts';
import type { FileSystem } from './ports.ts';
import { diskPath, type LocalIdentity, type SyncedNode } from './trees.ts';

interface Machine {
  readonly trees: EngineTrees;
  readonly local: LocalView;
  readonly rootId: NodeId;
  readonly files: Pick<FileSystem, 'look'>;
}

/**
 * Whoever saves a file seldom waits until it is durable. So after a loss of power the names of files, or their bytes, may be missing that were
 * agreed on before: that would look like something that somebody deleted or wrote. Where the machine was started anew, all files are
 * forgotten that were changed shortly before the trees were written down last. Both sides merge then: what is gone comes back, what is the same is agreed on
 * again, and what has other bytes stays beside those of the service. What a person has changed or removed later stays changed or removed, as far as
 * times can tell. What cannot be seen at this look is looked for by later ones. Precondition: the whole disk was looked at. Answers whether anything was forgotten. Cost: all synced nodes,
 * once for each start of the machine.
 */
export async function forgetUndurable(machine: Machine): Promise<boolean> {
  const { trees, local } = machine;
  const { beforeStart } = trees;
  if (beforeStart === undefined) return false;
  const { savedAt, bootedAt } = beforeStart;
  const suspects = [...(trees.suspects ?? filesSince(trees, savedAt - UNDURABLE_MS_MAX))];
  const unseen = suspects.filter((nodeId) => local.frozen.has(nodeId));
  const forgotten: NodeId[] = [];
  for (const nodeId of suspects) {
    const node = local.frozen.has(nodeId) ? undefined : trees.synced.get(nodeId);
    if (node === undefined || !trees.remote.has(nodeId)) continue;
    if (!(await isByPerson(machine, node, bootedAt))) forgotten.push(nodeId);
  }
  for (const nodeId of forgotten) trees.removeSynced(nodeId);
  if (unseen.length === 0) trees.takeDurable();
  else trees.suspect(unseen);
  return forgotten.length > 0;
}

function filesSince({ synced }: EngineTrees, sinceMs: number): readonly NodeId[] {
  const files = [...synced.nodes()].filter(({ kind, identity }) => kind === 'file' && changedAt(identity) >= sinceMs);
  return files.map(({ nodeId }) => nodeId);
}

/** Whether a person has changed or removed a file after it was durable, or since the machine was started. */
async function isByPerson(machine: Machine, node: SyncedNode, bootedAt: EpochMs): Promise<boolean> {
  const { local } = machine;
  const durableAt = changedAt(node.identity) + UNDURABLE_MS_MAX;
  const here = local.tree.get(node.nodeId);
  if (here !== undefined) {
    // Not by the time of the last change: what was renamed since may have lost its bytes before. A fetched file may be of a time to come.
    const { mtimeNs } = here.entry.identity;
    return mtimeNs !== node.identity.mtimeNs && toMs(mtimeNs) >= Math.min(durableAt, bootedAt);
  }
  // Since the start anything else may have come into the folder, or gone.
  const emptiedAt = await folderChangedAt(machine, node);
  return emptiedAt >= durableAt && emptiedAt < bootedAt;
}

/** When something last came into the folder in which a file lay, or went: of the nearest that is there. */
async function folderChangedAt({ trees, local, rootId, files }: Machine, { parentId }: SyncedNode): Promise<number> {
  let folderId = parentId;
  // What two devices have done to one tree may have made a circle of it.
  for (let depth = 0; depth < DEPTH_MAX && folderId !== rootId && !local.tree.has(folderId); depth++) {
    folderId = trees.synced.get(folderId)?.parentId ?? rootId;
  }
  const path = diskPath(local.tree, rootId, folderId);
  const folder = path === undefined ? undefined : await files.look(path);
  return folder === undefined ? 0 : changedAt(folder.identity);
}

function changedAt({ ctimeNs }: LocalIdentity): EpochMs {
  return toMs(ctimeNs);
}

function toMs(timeNs: bigint): EpochMs {
  return epochMs(Number(timeNs / 1_000_000n));
}
