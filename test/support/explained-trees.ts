import { epochMs, type NodeId } from '@syncline/protocol';
import type { ExplainedTrees } from '../../client/src/engine/explain-path.ts';
import type { LoopStatus } from '../../client/src/engine/loop-status.ts';
import type { SyncDevice } from './sync-world.ts';

/** What a device that does not run can say of its folder: its trees, and what a plan made now would tell. */
export async function lookAt(
  device: SyncDevice,
  rootId: NodeId,
): Promise<{ readonly trees: ExplainedTrees; readonly status: LoopStatus }> {
  const engine = await device.engine();
  const planned = await engine.plan({ offline: true });
  if (planned.kind !== 'planned') throw new Error('the folder can be read');
  const { remote, synced, excluded, mounts, position } = engine.trees;
  const since = epochMs(0);
  return {
    trees: { rootId, remote, synced, excluded, mounts, local: engine.local, plan: planned.plan },
    status: {
      state: 'stopped',
      since,
      nextAttemptAt: undefined,
      detail: undefined,
      massChange: undefined,
      hints: 'polling',
      seq: position.seq,
      syncedNodes: synced.size,
      pending: { upload: 0, download: 0, other: planned.plan.steps.length },
      bytes: { done: 0, total: 0, perSecond: 0 },
      problems: planned.plan.problems.map((problem) => ({ ...problem, since })),
    },
  };
}
