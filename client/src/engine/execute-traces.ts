import { type NodeId, ONE_CHUNK_BYTES_MAX, type Problem } from '@syncline/protocol';
import { nameOnDisk } from './execute-knowledge.ts';
import { agreedNode, type Execution, localPath, noteRefusal, report } from './execution.ts';
import { TRACES_MAX } from './limits.ts';
import type { FormerContent } from './ports.ts';
import { runBounded } from './run-bounded.ts';
import type { LocalNode, RemoteNode } from './trees.ts';

/**
 * Looks for what stands on the disk among the revisions of the files. What is found counts as agreed on, as of that revision, so the next plan
 * brings what came after it; what is not is an edit of its own. Costs a request for each file.
 */
export async function executeTraces(execution: Execution, nodeIds: readonly NodeId[]): Promise<void> {
  await runBounded(nodeIds, TRACES_MAX, async (nodeId) => {
    const here = execution.local.tree.get(nodeId);
    const there = execution.trees.remote.get(nodeId);
    if (here?.contentHash === undefined || there === undefined || execution.isStopping()) return;
    const found = await findRevision(execution, here, there);
    if (found === 'refused') return;
    // The disk or the service may have gone on meanwhile.
    if (execution.local.tree.get(nodeId) !== here || execution.trees.synced.has(nodeId)) return;
    execution.traced.set(nodeId, here.contentHash);
    execution.progress += 1;
    if (found === undefined) return;
    const path = localPath(execution, nodeId);
    // Nobody knows here who has put it there.
    if (path !== undefined) execution.ports.files.secure(path);
    const { rev, size } = found;
    const { contentHash, executable } = here;
    const former = { ...there, rev, contentRev: rev, size, contentHash, executable };
    execution.trees.setSynced(agreedNode(former, here));
  });
}

/** Who may not read the revisions, or finds none, has looked. Anything else is for now: the next round asks again. */
function settleRefusal(execution: Execution, { nodeId }: LocalNode, problem: Problem): 'refused' | undefined {
  noteRefusal(execution, problem);
  if (problem.code === 'not_found' || problem.code === 'forbidden') return undefined;
  const { detail, requestId } = problem;
  report(execution, { path: localPath(execution, nodeId) ?? '', reason: 'refused', detail, requestId });
  execution.isOvertaken = true;
  return 'refused';
}

async function findRevision(
  execution: Execution,
  here: LocalNode,
  there: RemoteNode,
): Promise<FormerContent | 'refused' | undefined> {
  const { ports, trees } = execution;
  const address = trees.mounts.addressOf(trees.remote, there.parentId);
  if (address === undefined) return undefined;
  const answer = await ports.remote.listRevisions({ namespaceId: address.namespaceId, nodeId: there.nodeId });
  if (answer.kind === 'refused') return settleRefusal(execution, here, answer.problem);
  const { size } = here.entry.identity;
  const former = answer.value.filter((revision) => revision.rev < there.contentRev && revision.size === size);
  const found = former.find(({ contentHash }) => contentHash === here.contentHash);
  if (found !== undefined || former.length === 0) return found;
  // It may have been cut otherwise. To read a large one again, in every way, would keep all others waiting.
  if (size <= ONE_CHUNK_BYTES_MAX || size > execution.largeFileBytes) return undefined;
  const known = former.map(({ contentHash }) => contentHash);
  const name = await nameOnDisk(execution, here, known);
  return former.find(({ contentHash }) => contentHash === name);
}
