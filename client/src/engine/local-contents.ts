import { type Execution, localPath } from './execution.ts';
import type { LocalContents } from './nearer-contents.ts';

/** What the files of the synced folder have, as both sides agreed on it last. */
export function localContents(execution: Execution): LocalContents {
  const { trees, local, ports } = execution;
  return {
    read: async (contentHash, range) => {
      const nodeId = trees.contents.find(contentHash);
      if (nodeId === undefined) return undefined;
      const file = local.tree.get(nodeId);
      const path = localPath(execution, nodeId);
      if (file === undefined || path === undefined) return undefined;
      // The file as the disk showed it last, which may not be what was agreed on: most of it may still be the same.
      const { identity } = file.entry;
      if (range.end > identity.size) return undefined;
      const answer = await ports.files.read({ path, identity }, range);
      return answer.kind === 'read' ? answer.bytes : undefined;
    },
  };
}
