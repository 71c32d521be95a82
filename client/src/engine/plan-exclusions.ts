import type { NodeId } from '@syncline/protocol';
import { excludedRootOf } from './differences.ts';
import { holdsObstacle } from './local-disk.ts';
import { samePlace } from './node-tree.ts';
import type { Planning } from './planning.ts';
import type { LocalStep } from './steps.ts';
import { sameContent } from './trees.ts';

/**
 * Takes from the disk what lies in folders that a person has excluded: whole subtrees in which everything is what both sides agreed
 * on, so that the service has it as a revision. What was edited or made there is sent first; until then its folder stays.
 */
export function planExclusions(planning: Planning): readonly LocalStep[] {
  const { excluded, candidates, local, localAfter } = planning;
  if (excluded.size === 0) return [];
  const goes = departures(planning);
  const steps: LocalStep[] = [];
  for (const nodeId of candidates) {
    const here = local.tree.get(nodeId);
    if (here === undefined || !goes(nodeId)) continue;
    const isBelowAnother = excludedRootOf(planning, here.parentId) !== undefined && goes(here.parentId);
    if (isBelowAnother) continue;
    let takes = 1;
    for (const _ of local.tree.below(nodeId)) takes += 1;
    localAfter.remove(nodeId);
    steps.push({ type: 'unsync-local', nodeId, takes });
  }
  return steps;
}

/**
 * Something stands where the service has an excluded folder, and this device never had it from there: it is neither sent into that
 * folder nor taken away. Answers the folder.
 */
export function heldBackBy(planning: Planning, nodeId: NodeId): NodeId | undefined {
  const { excluded, local, synced } = planning;
  if (excluded.size === 0) return undefined;
  let current: NodeId | undefined = nodeId;
  while (current !== undefined && !synced.has(current)) {
    const root = excludedRootOf(planning, current);
    if (root !== undefined) return synced.has(root) ? undefined : root;
    current = local.tree.get(current)?.parentId;
  }
  return undefined;
}

function departures(planning: Planning): (nodeId: NodeId) => boolean {
  const { remote, local, synced } = planning;
  const known = new Map<NodeId, boolean>();
  const decide = (nodeId: NodeId): boolean => {
    const here = local.tree.get(nodeId);
    const agreed = synced.get(nodeId);
    if (here === undefined || agreed === undefined || !remote.has(nodeId)) return false;
    if (excludedRootOf(planning, nodeId) === undefined || !samePlace(here, agreed)) return false;
    if (here.kind === 'file') return sameContent(here, agreed);
    if (holdsObstacle(local, nodeId)) return false;
    for (const child of synced.children(nodeId)) if (local.frozen.has(child.nodeId)) return false;
    for (const child of local.tree.children(nodeId)) if (!goes(child.nodeId)) return false;
    return true;
  };
  const goes = (nodeId: NodeId): boolean => {
    const before = known.get(nodeId);
    if (before !== undefined) return before;
    known.set(nodeId, false);
    const answer = decide(nodeId);
    known.set(nodeId, answer);
    return answer;
  };
  return goes;
}
