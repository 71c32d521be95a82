import type { EngineTrees } from './engine-trees.ts';
import type { Plan } from './planner.ts';
import type { Step } from './steps.ts';

type Trees = Pick<EngineTrees, 'remote' | 'synced'>;

/** Whether anything is known of the service that nothing was agreed on about. Costs a look at each known node. */
export function hasUnagreed({ remote, synced }: Trees): boolean {
  for (const { nodeId } of remote.nodes()) if (!synced.has(nodeId)) return true;
  return false;
}

/**
 * Of a plan what tells whether files that nothing was agreed on about are what the service has, and agrees on those that are. Large ones are
 * left out where they would have to be read: everything else would wait for that.
 */
export function stepsOfPlaced(plan: Plan, { synced, remote }: Trees, largeFileBytes: number): readonly Step[] {
  return plan.steps.filter(({ type, nodeId }) => {
    if (synced.has(nodeId)) return false;
    if (type === 'agree') return true;
    const here = type === 'read' ? plan.local.tree.get(nodeId) : undefined;
    return (
      here !== undefined &&
      remote.get(nodeId)?.size === here.entry.identity.size &&
      here.entry.identity.size <= largeFileBytes
    );
  });
}
