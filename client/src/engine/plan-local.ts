import type { NodeId } from '@syncline/protocol';
import { excludedRootOf } from './differences.ts';
import type { Place } from './node-tree.ts';
import { namespaceRoots, planAsides } from './plan-mounts.ts';
import type { Planning, Wishes } from './planning.ts';
import { type StructureAction, scheduleStructure } from './schedule-structure.ts';
import type { LocalStep } from './steps.ts';
import type { LocalEntry } from './trees.ts';

/** Folders to make, nodes to move and to put into the trash on the disk, each when it is possible. */
export function planLocalStructure(planning: Planning, wishes: Wishes): readonly LocalStep[] {
  const { localAfter, local } = planning;
  const asides = planAsides(planning, wishes);
  const actions: StructureAction[] = [];
  for (const [nodeId, to] of wishes.localMoves) {
    actions.push({ kind: 'move', nodeId, to: { parentId: to.parentId, name: to.name } });
  }
  actions.push(...foldersToMake(planning), ...nodesToTrash(planning));
  const isObstructed = (place: Place) => obstacleAt(planning, place) !== undefined;
  const { order, stuck } = scheduleStructure(
    { working: localAfter, rootOf: namespaceRoots(planning, local.tree), isObstructed },
    actions,
  );
  for (const { action } of stuck) {
    const obstacle = action.kind === 'remove' ? undefined : obstacleAt(planning, action.to);
    if (obstacle !== undefined) reportTaken(planning, action.nodeId, obstacle);
    else wishes.waiting.add(action.nodeId);
  }
  const steps = order.map((action): LocalStep => {
    if (action.kind === 'remove') {
      const { nodeId } = action;
      const isLeft = planning.mounts.stateIn(local.tree, nodeId) === 'left' ? { isLeft: true } : {};
      return { type: 'trash-local', nodeId, takes: countTaken(planning, nodeId), ...isLeft };
    }
    return { type: action.kind === 'make' ? 'make-local' : 'move-local', nodeId: action.nodeId, to: action.to };
  });
  return [...asides, ...steps];
}

/** What stands at a place of the disk and cannot be synced. */
export function obstacleAt({ local, policy }: Planning, place: Place): LocalEntry | undefined {
  const obstacles = local.obstacles.get(place.parentId);
  if (obstacles === undefined) return undefined;
  const { names } = policy;
  const localName = names.toLocal(place.name);
  if (names.isExact || obstacles.has(localName)) return obstacles.get(localName);
  const key = names.key(localName);
  for (const [name, entry] of obstacles) if (names.key(name) === key) return entry;
  return undefined;
}

/** What a person has told this device to ignore is no problem, whatever the service has there. */
export function reportTaken(planning: Planning, nodeId: NodeId, { obstacle }: LocalEntry): void {
  if (obstacle !== 'ignored') planning.report(nodeId, 'place-taken');
}

/** Whether the disk should get a node that it does not have. */
export function isWanted(planning: Planning, nodeId: NodeId): boolean {
  const { local, deletions, remote } = planning;
  if (excludedRootOf(planning, nodeId) !== undefined) return false;
  if (local.tree.has(nodeId) || local.frozen.has(nodeId)) return false;
  if (deletions.goneLocal.has(nodeId) || deletions.departing.has(nodeId)) return false;
  return remote.has(nodeId);
}

function foldersToMake(planning: Planning): readonly StructureAction[] {
  const { remote, candidates } = planning;
  const actions: StructureAction[] = [];
  for (const nodeId of candidates) {
    const there = remote.get(nodeId);
    if (there?.kind !== 'folder' || !planning.isReachable(nodeId) || !isWanted(planning, nodeId)) continue;
    actions.push({ kind: 'make', nodeId, to: { parentId: there.parentId, name: there.name } });
  }
  return actions;
}

function nodesToTrash({ deletions, local }: Planning): readonly StructureAction[] {
  const actions: StructureAction[] = [];
  for (const nodeId of deletions.goneRemote) {
    const here = local.tree.get(nodeId);
    if (here !== undefined && !deletions.goneRemote.has(here.parentId)) actions.push({ kind: 'remove', nodeId });
  }
  return actions;
}

function countTaken({ local, localAfter }: Planning, folderId: NodeId): number {
  let count = 1;
  for (const nodeId of local.tree.below(folderId)) if (localAfter.isInside(nodeId, folderId)) count += 1;
  return count;
}
