import type { EpochMs, NodeId } from '@syncline/protocol';
import type { ExplainedTrees } from './explain-path.ts';
import type { LoopStatus } from './loop-status.ts';
import type { Plan } from './planner.ts';
import { type Roomless, roomLacks } from './room-lacks.ts';
import type { SyncEngine } from './sync-engine.ts';

/** What can be told of a folder that no loop syncs. */
export interface PlannedFolder {
  readonly trees: ExplainedTrees;
  readonly status: LoopStatus;
}

/** What was planned, when, and the disk that it was planned for. */
interface Planned {
  readonly rootId: NodeId;
  readonly plan: Plan;
  readonly now: EpochMs;
  readonly files: Roomless['files'];
}

/** What an engine and the plan that it has just made tell, as a loop that has stopped would; and what of the plan the disk has no room for. */
export async function plannedFolder(
  engine: Pick<SyncEngine, 'trees' | 'local'>,
  { rootId, plan, now: since, files }: Planned,
): Promise<PlannedFolder> {
  const { remote, synced, excluded, mounts, position } = engine.trees;
  const { steps } = plan;
  const problems = [...plan.problems, ...(await roomLacks({ remote, local: engine.local, plan, files }))];
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
