import type { Plan } from './planner.ts';
import type { FileSystem } from './ports.ts';
import { syncProblem } from './sync-problem.ts';
import { objectKey, type SyncedTree, sameWrite } from './trees.ts';

/** Lets the disk put back what a change that was broken off has left aside; answers the paths of what it could not put back. */
export function bringBack(files: Pick<FileSystem, 'bringBack'>, synced: SyncedTree): Promise<readonly string[]> {
  return files.bringBack((identity) => {
    for (const { contentHash, identity: agreed } of synced.keyed(objectKey(identity))) {
      if (contentHash !== undefined && sameWrite(agreed, identity)) return true;
    }
    return false;
  });
}

/** The plan without deletes at the service where something is missing on the disk only because it could not be put back. */
export function sparing(plan: Plan, stuck: readonly string[]): Plan {
  if (stuck.length === 0) return plan;
  return {
    ...plan,
    steps: plan.steps.filter(({ type }) => type !== 'delete-remote'),
    problems: [...plan.problems, ...stuck.map((path) => syncProblem(path, 'disk'))],
  };
}
