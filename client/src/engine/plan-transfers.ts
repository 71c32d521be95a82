import { type NodeId, splitName } from '@syncline/protocol';
import { heldBackBy } from './plan-exclusions.ts';
import { isWanted, obstacleAt, reportTaken } from './plan-local.ts';
import { isHeldByMount } from './plan-mounts.ts';
import type { Planning, Wishes } from './planning.ts';
import type { Step } from './steps.ts';
import type { LocalNode, RemoteNode } from './trees.ts';

/** Contents to send: edits of files that the service has, and files that it does not have. */
export function planUploads(planning: Planning, wishes: Wishes): readonly Step[] {
  const { remote, synced, local, remoteAfter } = planning;
  const steps: Step[] = [];
  for (const upload of wishes.uploads) steps.push({ type: 'upload', ...upload, vacated: false });
  for (const candidate of planning.candidates) {
    const here = local.tree.get(candidate);
    if (here?.kind !== 'file' || remote.has(here.nodeId) || synced.has(here.nodeId)) continue;
    if (heldBackBy(planning, candidate) !== undefined || isHeldByMount(planning, here)) continue;
    // Without its folder it waits for the next plan; what keeps the folder back is reported there.
    const planned = remoteAfter.has(here.parentId) ? planNewFile(planning, here) : 'waits';
    if (planned === 'waits') wishes.waiting.add(here.nodeId);
    else steps.push(...planned);
  }
  return steps;
}

function planNewFile(planning: Planning, here: LocalNode): readonly Step[] | 'waits' {
  const { remote, remoteAfter } = planning;
  const { nodeId } = here;
  const occupantId = remoteAfter.at(here);
  if (occupantId === undefined) {
    const vacated = remoteAfter.wasVacated(here);
    remoteAfter.put(nodeId, here);
    return [{ type: 'upload', nodeId, mode: 'new', vacated }];
  }
  const occupant = remote.get(occupantId);
  // Who comes to stand there by this very plan is met by the next one.
  if (occupant === undefined || occupant.parentId !== here.parentId || occupant.name !== here.name) return 'waits';
  if (here.contentHash === undefined) return [{ type: 'read', nodeId }];
  const copyId = findOwnCopy(planning, here);
  if (copyId !== undefined) return [{ type: 'adopt-copy', nodeId, copyId }];
  const settled = planning.policy.settledConflict(nodeId);
  if (settled === undefined && planning.policy.refusesConflicts) {
    planning.report(nodeId, 'conflict');
    return [];
  }
  // A folder takes no content, so neither side can give way to the other.
  const onConflict = occupant.kind === 'folder' ? 'keep_both' : settled;
  return [{ type: 'upload', nodeId, mode: 'new', vacated: false, onConflict }];
}

/**
 * The conflicted copy that this device committed for a file, when the answer to it was lost: it lies beside the file, has its
 * content, and nobody here knows it. Taking it for ours keeps a repeated commit from making a second copy.
 */
export function findOwnCopy({ remote, synced, local }: Planning, here: LocalNode): NodeId | undefined {
  const { stem } = splitName(here.name);
  const folders = new Set([here.parentId, remote.get(here.nodeId)?.parentId ?? here.parentId]);
  for (const folderId of folders) {
    for (const node of remote.children(folderId)) {
      const isUnknown = !synced.has(node.nodeId) && !local.tree.has(node.nodeId);
      if (isUnknown && hasContentOf(node, here) && isCopyName(node.name, stem)) return node.nodeId;
    }
  }
  return undefined;
}

function hasContentOf(node: RemoteNode, here: LocalNode): boolean {
  return node.kind === 'file' && node.contentHash !== undefined && node.contentHash === here.contentHash;
}

function isCopyName(name: string, stem: string): boolean {
  const mark = name.indexOf(' (conflicted copy from ');
  return mark >= 0 && stem.startsWith(name.slice(0, mark));
}

/** Contents to fetch: edits of files that the disk has, and files that it does not have. `before` are the steps until then. */
export function planDownloads(planning: Planning, wishes: Wishes, before: readonly Step[]): readonly Step[] {
  const { remote, localAfter } = planning;
  const mayBeOwnCopy = ownCopies(planning, before);
  const steps: Step[] = wishes.downloads.map((nodeId) => ({ type: 'download', nodeId }));
  for (const nodeId of planning.candidates) {
    const there = remote.get(nodeId);
    if (there?.kind !== 'file' || !planning.isReachable(nodeId) || !isWanted(planning, nodeId)) continue;
    const obstacle = obstacleAt(planning, there);
    if (obstacle !== undefined) {
      reportTaken(planning, nodeId, obstacle);
    } else if (localAfter.has(there.parentId) && localAfter.at(there) === undefined && !mayBeOwnCopy(there)) {
      localAfter.put(nodeId, there);
      steps.push({ type: 'download', nodeId });
    } else {
      wishes.waiting.add(nodeId);
    }
  }
  return steps;
}

/** Tells what may turn out to be our own copy of a file that is about to be read: once fetched it could not be taken for ours. */
function ownCopies({ local, remote }: Planning, before: readonly Step[]): (there: RemoteNode) => boolean {
  const stems = new Map<NodeId, string[]>();
  const adopted = new Set<NodeId>();
  for (const step of before) {
    if (step.type === 'adopt-copy') adopted.add(step.copyId);
    const here = step.type === 'read' ? local.tree.get(step.nodeId) : undefined;
    if (here === undefined) continue;
    for (const folderId of new Set([here.parentId, remote.get(here.nodeId)?.parentId ?? here.parentId])) {
      const { stem } = splitName(here.name);
      const known = stems.get(folderId);
      if (known === undefined) stems.set(folderId, [stem]);
      else known.push(stem);
    }
  }
  return (there) =>
    adopted.has(there.nodeId) || (stems.get(there.parentId) ?? []).some((stem) => isCopyName(there.name, stem));
}
