import type { NodeId } from '@syncline/protocol';
import { diskReserve } from './disk-room.ts';
import { describeLack } from './hold-back.ts';
import { LARGE_FILE_BYTES } from './limits.ts';
import type { LocalView } from './local-disk.ts';
import type { Plan } from './planner.ts';
import type { DiskSpace, FileSystem } from './ports.ts';
import { aheadKey, downloadKey } from './staging-keys.ts';
import { type SyncProblem, syncProblem } from './sync-problem.ts';
import { localNameOf, type RemoteNode, type RemoteTree } from './trees.ts';

/** What is looked at to find what a disk has no room for. */
export interface Roomless {
  readonly remote: RemoteTree;
  readonly local: LocalView;
  readonly plan: Plan;
  readonly files: Pick<FileSystem, 'space' | 'stagedBytes'>;
}

/**
 * The files of a plan for each of which the disk has no room, whatever else comes. Which of those stay away that fit one by one and not together is
 * decided when they are fetched; so is everything where the plan takes files from this disk, which makes room. Cost: one call of the system, and one for
 * each large file that does not fit as a whole.
 */
export async function roomLacks({ remote, local, plan, files }: Roomless): Promise<readonly SyncProblem[]> {
  if (plan.steps.some(({ type }) => type === 'unsync-local')) return [];
  const space = await files.space();
  if (space === undefined) return [];
  const problems: SyncProblem[] = [];
  for (const { type, nodeId } of plan.steps) {
    const there = type === 'download' ? remote.get(nodeId) : undefined;
    if (there === undefined || local.tree.get(nodeId)?.contentHash === there.contentHash) continue;
    const neededBytes = bytesToFetch(there, { space, files });
    const { freeBytes } = space;
    const reserveBytes = diskReserve(space);
    if (freeBytes - reserveBytes >= neededBytes) continue;
    const detail = describeLack({ neededBytes, freeBytes, reserveBytes, claimedBytes: 0 });
    problems.push(syncProblem(pathOn(remote, local, nodeId), 'no-room', { detail }));
  }
  return problems;
}

/** Of what does not fit as a whole a part may lie on the disk already. */
function bytesToFetch(
  { nodeId, contentHash, size }: RemoteNode,
  { space, files }: { readonly space: DiskSpace; readonly files: Roomless['files'] },
): number {
  const fits = space.freeBytes - diskReserve(space) >= size;
  if (fits || size <= LARGE_FILE_BYTES || contentHash === undefined) return size;
  const staged = files.stagedBytes(downloadKey({ nodeId, contentHash })) ?? files.stagedBytes(aheadKey(contentHash));
  return Math.max(0, size - (staged ?? 0));
}

/** As far as its folders are on the disk by what they are called there. */
function pathOn(remote: RemoteTree, { tree }: LocalView, nodeId: NodeId): string {
  const names: string[] = [];
  const seen = new Set<NodeId>();
  for (let current = nodeId; !seen.has(current); ) {
    seen.add(current);
    const node = tree.get(current) ?? remote.get(current);
    if (node === undefined) break;
    names.push(localNameOf(node));
    current = node.parentId;
  }
  return names.toReversed().join('/');
}
