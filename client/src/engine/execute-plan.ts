import type { NodeId } from '@syncline/protocol';
import { executeDownloads, executeLargeDownloads } from './execute-downloads.ts';
import { countTry, executeKnowledge, executeLargeReads, executeReads, readKey } from './execute-knowledge.ts';
import { executeLocalStructure } from './execute-local.ts';
import { executeRemoteStructure } from './execute-remote.ts';
import { executeTraces } from './execute-traces.ts';
import { executeLargeUploads, executeUploads } from './execute-uploads.ts';
import { type Execution, localPath } from './execution.ts';
import { stateKey } from './large-transfers.ts';
import { downloadKey } from './staging-keys.ts';
import type { Step } from './steps.ts';
import { writeDown } from './write-down.ts';

const LOCAL_STEPS = ['set-aside', 'make-local', 'move-local', 'trash-local', 'unsync-local'] as const;

/**
 * Executes steps of a plan in their order. Large transfers of it may go on when this ends: their nodes are in `left` then.
 * @throws UnavailableError also when only the store is not there, after all steps that need none.
 */
export async function executePlan(execution: Execution, steps: readonly Step[]): Promise<void> {
  retainTransfers(execution, steps);
  for (const { nodeId } of ofType(steps, 'upload')) {
    const file = execution.local.tree.get(nodeId);
    if (file !== undefined) execution.toSend.set(nodeId, file);
  }
  for (const step of steps) {
    if (step.type === 'forget' || step.type === 'agree' || step.type === 'adopt-copy')
      executeKnowledge(execution, step);
  }
  execution.problems.push(...(await writeDown(execution)));
  await executeReads(execution, nodesOf(ofType(steps, 'read')));
  await executeTraces(execution, nodesOf(ofType(steps, 'trace')));
  await executeRemoteStructure(execution, [...ofType(steps, 'make-remote', 'move-remote', 'delete-remote')]);
  await executeUploads(execution, ofType(steps, 'upload'));
  await executeLocalStructure(execution, [...ofType(steps, ...LOCAL_STEPS)]);
  await executeDownloads(execution, nodesOf(ofType(steps, 'download')));
  if (execution.storeFailure !== undefined) throw execution.storeFailure;
}

/** Waits for the large transfers of a plan, and settles each as it ends. */
export async function finishTransfers(execution: Execution, steps: readonly Step[]): Promise<void> {
  const { transfers, left, local } = execution;
  while (transfers.isBusy && left.size > 0 && !execution.isStopping()) {
    await transfers.next();
    const waiting = steps.filter(({ nodeId }) => left.has(nodeId));
    const reads = nodesOf(ofType(waiting, 'read'));
    executeLargeReads(
      execution,
      reads.flatMap((nodeId) => local.tree.get(nodeId) ?? []),
    );
    await executeLargeUploads(execution, ofType(waiting, 'upload'));
    await executeLargeDownloads(execution, nodesOf(ofType(waiting, 'download')));
  }
}

/**
 * Leaves all transfers that the plan does not want in this way any more. A file that has changed under its transfer counts as tried:
 * its next one begins with the new state.
 */
function retainTransfers(execution: Execution, steps: readonly Step[]): void {
  const { transfers, local, trees, largeFileBytes } = execution;
  if (!transfers.isKnown) return;
  const keys = new Set<string>();
  const reads = new Set<string>();
  const uploads: NodeId[] = [];
  const contents = new Set<string>();
  for (const { type, nodeId } of steps) {
    const here = local.tree.get(nodeId);
    const there = trees.remote.get(nodeId);
    // Small files may have pauses.
    if ((type === 'upload' || type === 'read') && here !== undefined) {
      keys.add(stateKey(here.entry.identity));
      if (type === 'read') reads.add(readKey(execution, here));
      else if (here.entry.identity.size > largeFileBytes) uploads.push(nodeId);
    }
    if (type === 'download' && there !== undefined) contents.add(downloadKey(there));
  }
  const gone = new Set([...transfers.uploads.retain(keys), ...transfers.reads.retain(reads)]);
  transfers.downloads.retain(contents);
  transfers.keepPauses(new Set([...keys, ...contents]));
  for (const nodeId of uploads) {
    const path = localPath(execution, nodeId);
    if (path !== undefined && gone.has(path)) countTry(execution, path);
  }
}

export function ofType<T extends Step['type']>(steps: readonly Step[], ...types: readonly T[]) {
  const isWanted = (step: Step): step is Extract<Step, { readonly type: T }> =>
    (types as readonly string[]).includes(step.type);
  return steps.filter(isWanted);
}

function nodesOf(steps: readonly Step[]): readonly NodeId[] {
  return steps.map(({ nodeId }) => nodeId);
}
