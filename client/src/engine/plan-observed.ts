import type { NodeId } from '@syncline/protocol';
import type { EngineTrees } from './engine-trees.ts';
import { findFrozen, identifyLocal } from './identify-local.ts';
import type { LocalDisk } from './local-disk.ts';
import { frozenByClosed, isInClosed, reportMounts } from './mounts.ts';
import { type Plan, planSteps } from './planner.ts';
import type { PlanPolicy } from './planning.ts';

/** Decides which node everything on the disk is, and plans what is to be done about all that is not settled. */
export function planObserved(
  observed: { readonly trees: EngineTrees; readonly local: LocalDisk; readonly rootId: NodeId },
  policy: PlanPolicy,
): Plan {
  const { local, rootId } = observed;
  const { remote, synced, excluded, mounts, differences } = observed.trees;
  const trees = { remote, synced, excluded, local: local.tree };
  const { names, newNodeId } = policy;
  identifyLocal({ remote, synced, local, names, rootId, newNodeId, mounts }, differences.judge(trees));
  const closed = mounts.in('closed');
  const seen = findFrozen({ local, synced, remote, names });
  local.frozen = closed.size === 0 ? seen : new Set([...seen, ...frozenByClosed({ closed, remote, synced })]);
  const mounted = { rootId, closed, remote, synced, local: local.tree };
  const unsettled = differences.judge(trees);
  const isHeld = (nodeId: NodeId): boolean => isInClosed(mounted, nodeId);
  const plan = planSteps({
    rootId,
    remote,
    synced,
    local,
    candidates: closed.size === 0 ? unsettled : [...unsettled].filter((nodeId) => !isHeld(nodeId)),
    held: closed.size === 0 ? [] : [...unsettled].filter(isHeld),
    excluded,
    mounts,
    policy,
  });
  const told = reportMounts(mounted, { mounts: closed, reason: 'shared-folder' });
  return told.length === 0 ? plan : { ...plan, problems: [...plan.problems, ...told] };
}
