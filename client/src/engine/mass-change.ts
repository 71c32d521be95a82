import { MASS_CHANGE_NODES, MASS_CHANGE_SHARE } from './limits.ts';
import type { Plan } from './planner.ts';
import type { SyncedTree } from './trees.ts';

/** How many nodes a plan would delete or write over on each side. */
export interface MassChange {
  readonly local: number;
  readonly remote: number;
  readonly allowed: number;
}

type Changes = Pick<MassChange, 'local' | 'remote'>;

/** How many nodes a plan deletes or writes over on each side. */
export function countChanges(plan: Plan): Changes {
  let local = 0;
  let remote = 0;
  for (const step of plan.steps) {
    if (step.type === 'delete-remote') remote += step.takes;
    else if (step.type === 'upload' && step.mode === 'edit') remote += 1;
    else if (step.type === 'trash-local') local += step.takes;
    else if (step.type === 'download' && plan.local.tree.has(step.nodeId)) local += 1;
  }
  return { local, remote };
}

/**
 * Changes that would take or replace more than a person does in one go: a wiped folder, an unmounted disk, a program that encrypts
 * everything. Somebody has to say that it is meant. `recent` is what the last rounds did, because a slow wipe comes in many rounds;
 * it makes a change massive only together with one that deletes or writes over something itself.
 */
export function findMassChange(
  changes: Changes,
  synced: Pick<SyncedTree, 'size'>,
  recent: Changes = { local: 0, remote: 0 },
): MassChange | undefined {
  const local = changes.local === 0 ? 0 : changes.local + recent.local;
  const remote = changes.remote === 0 ? 0 : changes.remote + recent.remote;
  const nodes = synced.size + Math.max(recent.local, recent.remote);
  const allowed = Math.max(MASS_CHANGE_NODES, Math.floor(nodes * MASS_CHANGE_SHARE));
  return local > allowed || remote > allowed ? { local, remote, allowed } : undefined;
}
