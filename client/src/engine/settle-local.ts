import type { NodeId } from '@syncline/protocol';
import { type Execution, report } from './execution.ts';
import type { LocalDisk } from './local-disk.ts';
import type { Place } from './node-tree.ts';
import type { DiskOutcome } from './ports.ts';
import { type LocalEntry, type LocalNode, parentPath, seenEntry } from './trees.ts';

/** A node stands where the disk was seen to be free: whoever was known to stand there has left, and is looked for anew. */
export function settleAt(local: LocalDisk, node: LocalNode): void {
  const other = local.tree.at(node);
  if (other !== undefined && other.nodeId !== node.nodeId) local.drop(other.nodeId);
  local.tree.set(node);
}

/** Where a node stands, and what it is called there if that is not its name. */
export function placed(
  { parentId, name }: Place,
  entry: LocalEntry,
): Pick<LocalNode, 'parentId' | 'name' | 'localName'> {
  return { parentId, name, localName: entry.name === name ? undefined : entry.name };
}

export function localNode(nodeId: NodeId, at: Place & { readonly entry: LocalEntry }): LocalNode {
  const { kind, executable } = at.entry;
  return {
    nodeId,
    ...placed(at, at.entry),
    kind: kind === 'folder' ? 'folder' : 'file',
    entry: seenEntry(at.entry),
    contentHash: undefined,
    executable,
  };
}

/** Whether the disk was changed. A disk that is not what the plan saw is looked at again by the next plan. */
export function settle(
  execution: Execution,
  path: string,
  outcome: DiskOutcome,
): outcome is Extract<DiskOutcome, { readonly kind: 'done' }> {
  if (outcome.kind === 'failed') report(execution, { path, reason: outcome.reason });
  if (outcome.kind === 'changed') listAbove(execution, path);
  if (outcome.kind !== 'done') return false;
  execution.trees.holdSynced();
  execution.progress += 1;
  execution.counts.changedLocal += 1;
  return true;
}

/** A folder may have been moved with all above it, and be another one by now. */
function listAbove(execution: Execution, path: string): void {
  for (let folder = path; folder !== ''; ) {
    folder = parentPath(folder);
    listAgain(execution, folder);
  }
}

export function listAgain({ local, toList }: Execution, path: string): void {
  const folderId = local.folderAt(path);
  if (folderId !== undefined && !toList.has(folderId)) toList.set(folderId, 'alone');
}
