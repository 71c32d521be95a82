import type { NodeId } from '@syncline/protocol';
import { freeConflictedName, freePlace } from './free-conflicted-name.ts';
import { isMovingName } from './moving-name.ts';
import { heldBackBy } from './plan-exclusions.ts';
import { isHeldByMount, namespaceRoots } from './plan-mounts.ts';
import type { Planning, Wishes } from './planning.ts';
import { type StructureAction, type StuckAction, scheduleStructure } from './schedule-structure.ts';
import type { RemoteStep, Step } from './steps.ts';

/** Folders to make, nodes to move and to delete at the service, each when it is possible. */
export function planRemoteStructure(planning: Planning, wishes: Wishes): readonly RemoteStep[] {
  const { remoteAfter } = planning;
  const takes = countTaken(planning);
  const actions = [...movesToPlan(planning, wishes), ...foldersToMake(planning), ...nodesToDelete(planning)];
  const { order, stuck } = scheduleStructure(
    { working: remoteAfter, rootOf: namespaceRoots(planning, planning.remote), isObstructed: () => false },
    actions,
  );
  const bound = nodesThatStay(stuck);
  for (const one of stuck) resolveStuck(planning, wishes, settled(one, bound));
  wishes.steps.push(...foldersToKeep(planning, bound));
  return order.map((action): RemoteStep => {
    if (action.kind === 'remove') return { type: 'delete-remote', nodeId: action.nodeId, takes: takes(action.nodeId) };
    return { type: action.kind === 'make' ? 'make-remote' : 'move-remote', nodeId: action.nodeId, to: action.to };
  });
}

/** What stays in a folder that is gone from the disk keeps it there: it is forgotten, and comes back for what goes back into it. */
function foldersToKeep({ remote, deletions }: Planning, bound: ReadonlySet<NodeId>): readonly Step[] {
  const kept = new Set<NodeId>();
  for (const nodeId of bound) {
    for (let above = remote.get(nodeId); above !== undefined && deletions.goneLocal.has(above.parentId); ) {
      kept.add(above.parentId);
      above = remote.get(above.parentId);
    }
  }
  return [...kept].map((nodeId) => ({ type: 'forget', nodeId, newNodeId: undefined }));
}

/** Nodes that cannot leave where they are at the service, because they would come to stand inside themselves, be it only as long as others stay. */
function nodesThatStay(stuck: readonly StuckAction[]): ReadonlySet<NodeId> {
  const bound = new Set(stuck.filter(({ reason }) => reason === 'inside').map(({ action }) => action.nodeId));
  // Each pass but the last finds one more, so there are at most as many as there are actions.
  for (let before = -1; before < bound.size; ) {
    before = bound.size;
    for (const { action, waitsFor } of stuck) {
      if (waitsFor?.obstruction === 'inside' && bound.has(waitsFor.nodeId)) bound.add(action.nodeId);
    }
  }
  return bound;
}

/** Who waits for a node that has to stay where it is does not wait: its place is occupied, or inside of itself. */
function settled(one: StuckAction, bound: ReadonlySet<NodeId>): StuckAction {
  if (bound.has(one.action.nodeId)) return { ...one, reason: 'inside' };
  const isOccupied = one.reason === 'waiting' && one.occupantId !== undefined && bound.has(one.occupantId);
  return isOccupied ? { ...one, reason: 'occupied' } : one;
}

function movesToPlan({ local }: Planning, wishes: Wishes): readonly StructureAction[] {
  const actions: StructureAction[] = [];
  for (const nodeId of wishes.remoteMoves) {
    const here = local.tree.get(nodeId);
    if (here !== undefined) actions.push({ kind: 'move', nodeId, to: { parentId: here.parentId, name: here.name } });
  }
  return actions;
}

function foldersToMake(planning: Planning): readonly StructureAction[] {
  const { remote, synced, local, candidates } = planning;
  const actions: StructureAction[] = [];
  for (const nodeId of candidates) {
    const here = local.tree.get(nodeId);
    if (here?.kind !== 'folder' || remote.has(nodeId) || synced.has(nodeId)) continue;
    if (heldBackBy(planning, nodeId) !== undefined || isHeldByMount(planning, here)) continue;
    actions.push({ kind: 'make', nodeId, to: { parentId: here.parentId, name: here.name } });
  }
  return actions;
}

/** The topmost nodes of what is gone from the disk: each takes along all that lies below it. */
function nodesToDelete({ deletions, remote }: Planning): readonly StructureAction[] {
  const actions: StructureAction[] = [];
  for (const nodeId of deletions.goneLocal) {
    const there = remote.get(nodeId);
    if (there !== undefined && !deletions.goneLocal.has(there.parentId)) actions.push({ kind: 'remove', nodeId });
  }
  return actions;
}

function countTaken({ remote, remoteAfter }: Planning): (nodeId: NodeId) => number {
  return (folderId) => {
    let count = 1;
    // What is moved out before the delete does not go with it.
    for (const nodeId of remote.below(folderId)) if (remoteAfter.isInside(nodeId, folderId)) count += 1;
    return count;
  };
}

/** A change of the disk that the service's tree does not allow: the service's tree stands, and the disk follows. */
function resolveStuck(planning: Planning, wishes: Wishes, { action, reason, occupantId }: StuckAction): void {
  const { remote, local } = planning;
  const { nodeId } = action;
  if (action.kind === 'remove' || reason === 'waiting') {
    wishes.waiting.add(nodeId);
    return;
  }
  const here = local.tree.get(nodeId);
  if (reason === 'inside') {
    const there = remote.get(nodeId);
    if (there === undefined || here === undefined) return;
    // Where it stands aside it cannot stay, and where it belongs it cannot go: so it stays in that folder, under the name that it has here.
    const to = isMovingName(there.name) ? freePlace(planning, { parentId: there.parentId, name: here.name }) : there;
    wishes.localMoves.set(nodeId, to);
    return;
  }
  if (occupantId === undefined || here === undefined) return;
  const name = freeConflictedName(planning, { parentId: here.parentId, name: here.name });
  wishes.localMoves.set(nodeId, { parentId: here.parentId, name });
}
