import type { EngineTrees } from './engine-trees.ts';
import type { Plan } from './planner.ts';

/** Bytes of the files that a plan would send and fetch; what the service has already costs less. */
export function plannedBytes({ steps, local }: Plan, { remote }: Pick<EngineTrees, 'remote'>): number {
  let bytes = 0;
  for (const { type, nodeId } of steps) {
    if (type === 'upload') bytes += local.tree.get(nodeId)?.entry.identity.size ?? 0;
    if (type === 'download') bytes += remote.get(nodeId)?.size ?? 0;
  }
  return bytes;
}
