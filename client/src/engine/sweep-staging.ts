import { ContentHash, NodeId } from '@syncline/protocol';
import { excludedRootOf } from './differences.ts';
import type { EngineTrees } from './engine-trees.ts';
import { DiskRefusedError, type FileSystem } from './ports.ts';
import type { RunningTransfers } from './running-transfers.ts';

interface Swept {
  readonly files: Pick<FileSystem, 'stagedKeys' | 'unstage'>;
  readonly trees: EngineTrees;
  readonly downloads: Pick<RunningTransfers<unknown>, 'has'>;
}

/**
 * Removes what was staged of contents that no file at the service has any more, or that this device has or is not to have. What is being
 * fetched stays, and so does what came ahead of a commit, which nobody has a file for yet. What the disk does not let go of now is tried
 * again by the next round. Precondition: no small file is being fetched.
 */
export async function sweepStaging({ files, trees, downloads }: Swept): Promise<void> {
  try {
    for (const key of files.stagedKeys()) {
      const content = contentOf(key);
      if (content !== undefined && !downloads.has(key) && !isWanted(trees, content)) await files.unstage(key);
    }
  } catch (failure) {
    if (!(failure instanceof DiskRefusedError)) throw failure;
  }
}

interface StagedName {
  readonly nodeId: NodeId;
  readonly contentHash: ContentHash;
}

/** What a staging of a download is named by; undefined for every other name. */
function contentOf(key: string): StagedName | undefined {
  const at = key.indexOf('-');
  const nodeId = NodeId.safeParse(key.slice(0, at));
  const contentHash = ContentHash.safeParse(key.slice(at + 1));
  return nodeId.success && contentHash.success ? { nodeId: nodeId.data, contentHash: contentHash.data } : undefined;
}

function isWanted(trees: EngineTrees, { nodeId, contentHash }: StagedName): boolean {
  if (trees.remote.get(nodeId)?.contentHash !== contentHash) return false;
  return trees.synced.get(nodeId)?.contentHash !== contentHash && excludedRootOf(trees, nodeId) === undefined;
}
