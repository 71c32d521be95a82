import type { NodeId } from '@syncline/protocol';
import { excludedRootOf, isSettled } from './differences.ts';
import type { LocalView } from './local-disk.ts';
import type { Explanation, LoopStatus, StandingProblem } from './loop-status.ts';
import type { Mounts } from './mounts.ts';
import { pathNames, type TreeReader } from './node-tree.ts';
import type { Plan } from './planner.ts';
import type { Step } from './steps.ts';
import { parentPath, type RemoteTree, type SyncedNode } from './trees.ts';

export interface ExplainedTrees {
  readonly rootId: NodeId;
  readonly remote: RemoteTree;
  readonly synced: TreeReader<SyncedNode>;
  readonly local: LocalView;
  readonly excluded: ReadonlySet<NodeId>;
  readonly mounts: Pick<Mounts, 'stateIn'>;
  /** The last plan that was executed and has not brought both sides to rest. */
  readonly plan: Plan | undefined;
}

const STEPS: Readonly<Record<Step['type'], string>> = {
  forget: 'It is compared anew.',
  agree: 'Both sides have the same; that is about to be written down.',
  'adopt-copy': 'It is recognised as a conflicted copy that was stored already.',
  read: 'It has to be read to be compared.',
  trace: 'It is not what the service has. It has to be seen whether it was edited here, or is one of its revisions.',
  'make-remote': 'The folder is to be made at the service.',
  'move-remote': 'It is to be renamed or moved at the service.',
  'delete-remote': 'It is gone here and is to be deleted at the service.',
  upload: 'It is to be uploaded.',
  'make-local': 'The folder is to be made here.',
  'move-local': 'It is to be renamed or moved here.',
  'set-aside':
    "It was edited here, where it may only be read: it is to be renamed, and the service's file is to take its place.",
  'trash-local': 'It was deleted elsewhere and is to be put into the trash here.',
  'unsync-local': 'It is excluded from this device and is to leave its disk; the service keeps it.',
  download: 'It is to be downloaded.',
};

/** Says of one path, relative to the folder, what is known of it and what comes next. */
export function explainPath(
  trees: ExplainedTrees,
  { path, status }: { readonly path: string; readonly status: LoopStatus },
): Explanation {
  const base = {
    path,
    since: undefined,
    nextAttemptAt: status.nextAttemptAt,
    requestId: undefined,
    remedy: undefined,
    remoteName: undefined,
  };
  const problem = status.problems.find((one) => one.path === path);
  if (problem !== undefined) {
    const { reason, detail, since, requestId } = problem;
    return { ...base, state: 'problem', reason, detail, since, requestId, remedy: detail };
  }
  const nodeId = findNode(trees, path);
  const above = problemAbove(status.problems, path);
  if (nodeId === undefined) {
    return above === undefined
      ? { ...base, state: 'unknown', reason: 'unknown', detail: UNKNOWN }
      : { ...base, ...becauseOf(above) };
  }
  const step = trees.plan?.steps.find((one) => one.nodeId === nodeId);
  const { remote, synced, local, excluded } = trees;
  if (excludedRootOf(trees, nodeId) !== undefined && !local.tree.has(nodeId)) {
    const detail = 'It is excluded from this device. The service keeps it.';
    return { ...base, nextAttemptAt: undefined, state: 'excluded', reason: 'excluded', detail };
  }
  if (isSettled({ remote, synced, local: local.tree, excluded }, nodeId)) {
    return {
      ...base,
      nextAttemptAt: undefined,
      state: 'synced',
      reason: 'synced',
      detail: 'Both sides have the same.',
    };
  }
  if (local.frozen.has(nodeId)) {
    const detail = 'It cannot be seen at the moment, so nothing is done about it on either side.';
    return { ...base, state: 'pending', reason: 'frozen', detail };
  }
  const since = status.since;
  if (step === undefined) {
    if (above !== undefined) return { ...base, ...becauseOf(above) };
    const isGone = remote.has(nodeId) && synced.has(nodeId) && !local.tree.has(nodeId);
    return { ...base, state: 'pending', reason: 'pending', detail: isGone ? GONE : LATER, since };
  }
  return { ...base, state: 'pending', reason: step.type, detail: STEPS[step.type], since };
}

const UNKNOWN = 'Nothing of this name is known here or at the service.';
const LATER = 'It is looked at with the next round.';
const GONE = 'It is not here any more. The service keeps it until what became of it here is stored there.';

function becauseOf({ path, reason, since, requestId, detail: why }: StandingProblem) {
  const detail = `Of “${path}”, in which it lies: ${why}`;
  return { state: 'problem', reason, detail, since, requestId, remedy: detail } as const;
}

/** The problem of the nearest folder on the way up. */
function problemAbove(problems: LoopStatus['problems'], path: string): StandingProblem | undefined {
  for (let folder = parentPath(path); folder !== ''; folder = parentPath(folder)) {
    const found = problems.find((one) => one.path === folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findNode({ local, remote, rootId }: ExplainedTrees, path: string): NodeId | undefined {
  for (const tree of [local.tree, remote]) {
    let nodeId: NodeId | undefined = rootId;
    for (const name of path.split('/')) {
      nodeId = nodeId === undefined ? undefined : tree.at({ parentId: nodeId, name })?.nodeId;
    }
    if (nodeId !== undefined && pathNames(tree, rootId, nodeId) !== undefined) return nodeId;
  }
  return undefined;
}
