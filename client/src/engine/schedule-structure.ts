import type { NodeId } from '@syncline/protocol';
import { movingName } from './moving-name.ts';
import type { Place } from './node-tree.ts';
import type { WorkingTree } from './working-tree.ts';

/** A change of structure on one side. */
export type StructureAction =
  | { readonly kind: 'make' | 'move'; readonly nodeId: NodeId; readonly to: Place }
  | { readonly kind: 'remove'; readonly nodeId: NodeId };

/**
 * Why an action cannot be done now:
 * - `occupied`  somebody who stays stands at its place;
 * - `inside`    a folder would come to stand inside itself;
 * - `waiting`   for a folder that is not there, or for another action that is stuck.
 */
export interface StuckAction {
  readonly action: StructureAction;
  readonly reason: 'occupied' | 'inside' | 'waiting';
  readonly occupantId: NodeId | undefined;
  /** What would have to move before, and would stand in the way by itself if it stays. */
  readonly waitsFor?: { readonly nodeId: NodeId; readonly obstruction: 'occupied' | 'inside' | 'waiting' };
}

export interface Schedule {
  readonly order: readonly StructureAction[];
  readonly stuck: readonly StuckAction[];
}

export interface ScheduleInput {
  readonly working: WorkingTree;
  /** The uppermost folder of the namespace that a node is in: it can stand aside there and not elsewhere. */
  readonly rootOf: (nodeId: NodeId) => NodeId;
  /** Whether a place is taken by something that is no node. */
  readonly isObstructed: (place: Place) => boolean;
}

/**
 * Puts actions into an order in which each of them is possible when its turn comes: folders before what goes into them, out of
 * a place before into it, out of a folder before its removal. Applies them to the working tree. A circle is broken by moving
 * one of its nodes aside; where that one belongs is then left to the next plan.
 */
export function scheduleStructure(input: ScheduleInput, actions: readonly StructureAction[]): Schedule {
  const order: StructureAction[] = [];
  const pending = new Map(actions.map((action) => [action.nodeId, action]));
  for (;;) {
    const ready = advance(input, pending);
    order.push(...ready);
    if (pending.size === 0) break;
    if (ready.length > 0) continue;
    const aside = findCircle(input, pending);
    if (aside === undefined) break;
    const move: StructureAction = { kind: 'move', nodeId: aside, to: placeAside(input, aside) };
    pending.delete(aside);
    input.working.put(aside, move.to);
    order.push(move);
  }
  return { order, stuck: [...pending.values()].map((action) => explain(input, pending, action)) };
}

/** One pass over what is pending; each pass that brings nothing is the last, so the passes are at most as many as the actions. */
function advance(input: ScheduleInput, pending: Map<NodeId, StructureAction>): readonly StructureAction[] {
  const ready: StructureAction[] = [];
  const needed = foldersWithMovers(input, pending);
  for (const action of pending.values()) {
    if (action.kind === 'remove') {
      if (needed.has(action.nodeId)) continue;
      input.working.remove(action.nodeId);
    } else {
      if (obstructionOf(input, action) !== undefined) continue;
      input.working.put(action.nodeId, action.to);
    }
    pending.delete(action.nodeId);
    ready.push(action);
  }
  return ready;
}

function foldersWithMovers(
  { working }: ScheduleInput,
  pending: ReadonlyMap<NodeId, StructureAction>,
): ReadonlySet<NodeId> {
  const needed = new Set<NodeId>();
  for (const action of pending.values()) {
    if (action.kind !== 'move') continue;
    for (const folderId of working.foldersAbove(action.nodeId)) needed.add(folderId);
  }
  return needed;
}

function obstructionOf(
  { working, isObstructed }: ScheduleInput,
  action: { readonly nodeId: NodeId; readonly to: Place },
): StuckAction['reason'] | undefined {
  if (!working.has(action.to.parentId)) return 'waiting';
  if (working.isInside(action.to.parentId, action.nodeId)) return 'inside';
  if (isObstructed(action.to)) return 'occupied';
  const occupantId = working.at(action.to);
  return occupantId === undefined || occupantId === action.nodeId ? undefined : 'occupied';
}

/** What an action waits for among the pending ones. */
function blockerOf(
  { working }: ScheduleInput,
  pending: ReadonlyMap<NodeId, StructureAction>,
  action: StructureAction,
): NodeId | undefined {
  if (action.kind === 'remove') {
    for (const other of pending.values()) {
      if (other.kind === 'move' && working.isInside(other.nodeId, action.nodeId)) return other.nodeId;
    }
    return undefined;
  }
  if (!working.has(action.to.parentId)) return pending.has(action.to.parentId) ? action.to.parentId : undefined;
  if (working.isInside(action.to.parentId, action.nodeId)) {
    const chain = [action.to.parentId, ...working.foldersAbove(action.to.parentId)];
    return chain.slice(0, chain.indexOf(action.nodeId)).find((nodeId) => pending.get(nodeId)?.kind === 'move');
  }
  const occupantId = working.at(action.to);
  return occupantId !== undefined && pending.has(occupantId) ? occupantId : undefined;
}

/** Where a node stands between two moves. */
function placeAside({ rootOf }: ScheduleInput, nodeId: NodeId): Place {
  return { parentId: rootOf(nodeId), name: movingName(nodeId) };
}

/**
 * A moving node of a circle of actions that wait for each other. One that stands aside already, because it was put there by a plan that was
 * interrupted, is moved no further by being put there once more, and so is one whose name for it somebody else has.
 */
function findCircle(input: ScheduleInput, pending: ReadonlyMap<NodeId, StructureAction>): NodeId | undefined {
  const settled = new Set<NodeId>();
  for (const start of pending.keys()) {
    const trail = new Set<NodeId>();
    let current: NodeId | undefined = start;
    while (current !== undefined && !settled.has(current) && !trail.has(current)) {
      trail.add(current);
      const action = pending.get(current);
      current = action === undefined ? undefined : blockerOf(input, pending, action);
    }
    if (current !== undefined && trail.has(current)) {
      const circle = [...trail].slice([...trail].indexOf(current));
      const movers = circle.filter((nodeId) => pending.get(nodeId)?.kind === 'move' && isFreeAside(input, nodeId));
      // The smallest, so that the plan follows from the trees and not from the order in which they came to be known.
      const [mover] = movers.toSorted((a, b) => (a < b ? -1 : 1));
      if (mover !== undefined) return mover;
    }
    for (const nodeId of trail) settled.add(nodeId);
  }
  return undefined;
}

function isFreeAside(input: ScheduleInput, nodeId: NodeId): boolean {
  const place = placeAside(input, nodeId);
  return input.working.at(place) === undefined && !input.isObstructed(place);
}

function explain(
  input: ScheduleInput,
  pending: ReadonlyMap<NodeId, StructureAction>,
  action: StructureAction,
): StuckAction {
  if (action.kind === 'remove') return { action, reason: 'waiting', occupantId: undefined };
  const occupantId = input.working.at(action.to);
  const obstruction = obstructionOf(input, action) ?? 'waiting';
  const blockerId = blockerOf(input, pending, action);
  if (blockerId === undefined) return { action, reason: obstruction, occupantId };
  return { action, reason: 'waiting', occupantId, waitsFor: { nodeId: blockerId, obstruction } };
}
