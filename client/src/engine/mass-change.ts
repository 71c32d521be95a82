import { MASS_CHANGE_NODES, MASS_CHANGE_SHARE } from './limits.ts';
import type { Plan } from './planner.ts';
import type { SyncedTree } from './trees.ts';

/** How many nodes a plan would delete or write over on each side. */
export interface MassChange {
  readonly local: number;
  readonly remote: number;
  readonly allowed: number;
}

/**
 * A plan that would take or replace more than a person does in one go: a wiped folder, an unmounted disk, a program that encrypts
 * everything. Somebody has to say that it is meant.
 */
export function findMassChange(plan: Plan, synced: SyncedTree): MassChange | undefined {
  let local = 0;
  let remote = 0;
  for (const step of plan.steps) {
    if (step.type === 'delete-remote') remote += step.takes;
    else if (step.type === 'upload' && step.mode === 'edit') remote += 1;
    else if (step.type === 'trash-local') local += step.takes;
    else if (step.type === 'download' && plan.local.tree.has(step.nodeId)) local += 1;
  }
  const allowed = Math.max(MASS_CHANGE_NODES, Math.floor(synced.size * MASS_CHANGE_SHARE));
  return local > allowed || remote > allowed ? { local, remote, allowed } : undefined;
}
