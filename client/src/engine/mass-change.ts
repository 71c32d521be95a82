import { MASS_CHANGE_NODES, MASS_CHANGE_SHARE } from './limits.ts';
import type { Plan } from './planner.ts';
import type { Step } from './steps.ts';
import type { SyncedTree } from './trees.ts';

/** How many nodes a plan would delete or write over on each side. */
export interface MassChange {
  readonly local: number;
  readonly remote: number;
  readonly allowed: number;
}

type Changes = Pick<MassChange, 'local' | 'remote'>;

/** A step that deletes or writes over something, and how many nodes on each side. */
export type ChangingStep = Changes & { readonly step: Step };

/** The steps of a plan that delete or write over something. */
export function changingSteps({ steps, local }: Pick<Plan, 'steps' | 'local'>): readonly ChangingStep[] {
  return steps.flatMap((step) => {
    const change = changeOf(step, local);
    return change.local + change.remote === 0 ? [] : [{ step, ...change }];
  });
}

export function sumChanges(steps: readonly Changes[]): Changes {
  const sum = (side: keyof Changes) => steps.reduce((total, step) => total + step[side], 0);
  return { local: sum('local'), remote: sum('remote') };
}

function changeOf(step: Step, { tree }: Plan['local']): Changes {
  if (step.type === 'delete-remote') return { local: 0, remote: step.takes };
  if (step.type === 'upload' && step.mode === 'edit') return { local: 0, remote: 1 };
  // Nobody wiped what goes with a shared folder that was left, and the trash of the disk has it.
  if (step.type === 'trash-local') return { local: step.isLeft === true ? 0 : step.takes, remote: 0 };
  if (step.type === 'download' && tree.has(step.nodeId)) return { local: 1, remote: 0 };
  return { local: 0, remote: 0 };
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
