import type { EpochMs, NodeId } from '@syncline/protocol';
import type { ExplainedTrees } from './explain-path.ts';
import type { LoopStatus } from './loop-status.ts';
import type { Plan } from './planner.ts';
import type { SyncEngine } from './sync-engine.ts';

/** What can be told of a folder that no loop syncs. */
export interface PlannedFolder {
  readonly trees: ExplainedTrees;
  readonly status: LoopStatus;
}

/** What an engine and the plan that it has just made tell, as a loop that has stopped would. */
export function plannedFolder(
  engine: Pick<SyncEngine, 'trees' | 'local'>,
  { rootId, plan, now: since }: { readonly rootId: NodeId; readonly plan: Plan; readonly now: EpochMs },
): PlannedFolder {
  const { remote, synced, excluded, mounts, position } = engine.trees;
  const { steps, problems } = plan;
  let upload = 0;
  let download = 0;
  for (const { type } of steps) {
    if (type === 'upload') upload += 1;
    else if (type === 'download') download += 1;
  }
  return {
    trees: { rootId, remote, synced, excluded, mounts, local: engine.local, plan },
    status: {
      state: 'stopped',
      since,
      nextAttemptAt: undefined,
      detail: undefined,
      massChange: undefined,
      hints: 'polling',
      seq: position.seq,
      syncedNodes: synced.size,
      pending: { upload, download, other: steps.length - upload - download },
      bytes: { done: 0, total: 0, perSecond: 0 },
      problems: problems.map((problem) => ({ ...problem, since })),
    },
  };
}
