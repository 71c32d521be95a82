import type { Node, OperationError, OperationResult } from '@syncline/protocol';
import { LOCAL_REV_MAX, LOCAL_REV_MIN, REPORTS_MAX, STORED_REVS_MAX } from './limits.ts';
import { meetConflict, meetRefusal } from './meet-conflict.ts';
import type { ChangeQueue, ChangeReport, ConflictChoice, OfflineChange } from './offline-change.ts';

/**
 * What waits for the service, as pure functions over plain data: whoever keeps it writes each result down before he goes on. A change leaves the
 * queue when its commit was acknowledged, when a person chose against it, or when what it was about is gone; bytes leave it by a commit alone.
 */

/** Adds a change at the end. What it is about may have another id on the service by now. */
export function addChange(queue: ChangeQueue, change: OfflineChange): ChangeQueue {
  const order = queue.lastOrder + 1;
  const added = { ...renamedIds(change, queue.aliases), order };
  return { ...queue, lastOrder: order, changes: [...queue.changes, added] };
}

/** A node as a new change of it finds it: with what waits already, on the revisions that are known of the service. */
export function baseOf({ changes, aliases }: Pick<ChangeQueue, 'changes' | 'aliases'>, node: Node): Node {
  const nodeId = aliases[node.nodeId]?.nodeId ?? node.nodeId;
  return changes.findLast(({ after }) => after.nodeId === nodeId)?.after ?? node;
}

/** What an edit of a content that is shown stands on. */
export function contentBaseOf(
  { changes, storedRevs }: Pick<ChangeQueue, 'changes' | 'storedRevs'>,
  { contentRev }: Pick<Node, 'contentRev'>,
): { readonly baseRev: number; readonly on?: number } {
  if (contentRev < LOCAL_REV_MIN) return { baseRev: contentRev };
  const stored = storedRevs[contentRev];
  if (stored !== undefined) return { baseRev: stored };
  const waiting = changes.find((change) => change.edit.type === 'put' && localRevOf(change) === contentRev);
  return waiting?.edit.type === 'put' ? { baseRev: waiting.edit.baseRev, on: contentRev } : { baseRev: 1 };
}

/** The revision that a content which waits has in this browser alone. */
export function localRevOf({ order }: Pick<OfflineChange, 'order'>): number {
  return LOCAL_REV_MIN + (order % (LOCAL_REV_MAX - LOCAL_REV_MIN));
}

/**
 * The change that is to be sent now. Changes go one after the other; while a person is asked nothing goes, and what needs a change that is stuck
 * waits for it.
 */
export function nextChange({ changes }: ChangeQueue): OfflineChange | undefined {
  const held = new Set<string>();
  for (const change of changes) {
    if (change.state === 'asking') return undefined;
    const { nodeId, parentId } = change.after;
    if (change.state === 'stuck' || held.has(nodeId) || held.has(parentId)) held.add(nodeId);
    else return change;
  }
  return undefined;
}

/** The question that is to be put to a person, with how many changes wait behind it. */
export function askedChange({ changes }: ChangeQueue): OfflineChange | undefined {
  return changes.find(({ state }) => state === 'asking');
}

/** What became of a change that was sent. `refused`: of it alone, or with its request or its upload. */
export type ChangeAnswer =
  | Extract<OperationResult, { readonly status: 'committed' | 'conflict' }>
  | { readonly status: 'refused'; readonly error: Pick<OperationError, 'code' | 'detail'> };

/** What the service has answered to a change at an attempt. An answer that comes twice changes nothing. */
export function settleChange(
  queue: ChangeQueue,
  sent: Pick<OfflineChange, 'id' | 'attempt'>,
  result: ChangeAnswer,
): ChangeQueue {
  const change = queue.changes.find(({ id, attempt }) => id === sent.id && attempt === sent.attempt);
  if (change === undefined) return queue;
  switch (result.status) {
    case 'committed':
      return committed(queue, change, result);
    case 'conflict': {
      const met = { kind: result.conflict.kind, serverRev: result.conflict.serverRev, node: result.node };
      return replaced(queue, change, meetConflict({ ...change, conflict: met }, queue.choiceForAll));
    }
    case 'refused':
      return replaced(queue, change, meetRefusal(change, result.error));
  }
}

/** What a person wants done with a change that asks, or with all that are going to ask until the queue is empty. */
export function chooseFor(
  queue: ChangeQueue,
  id: string,
  { choice, isForAll }: { readonly choice: ConflictChoice; readonly isForAll: boolean },
): ChangeQueue {
  const change = queue.changes.find((other) => other.id === id && other.state === 'asking');
  if (change === undefined) return queue;
  const kept = isForAll ? { ...queue, choiceForAll: choice } : queue;
  return replaced(kept, change, meetConflict(change, choice));
}

/** Tries what is stuck once more. */
export function retryStuck(queue: ChangeQueue): ChangeQueue {
  return { ...queue, changes: queue.changes.map(unstuck) };
}

/** Gives a change up, because a person says so. */
export function discardChange(queue: ChangeQueue, id: string): ChangeQueue {
  return emptied({ ...queue, changes: queue.changes.filter((change) => change.id !== id) });
}

export function forgetReports(queue: ChangeQueue): ChangeQueue {
  return { ...queue, reports: [] };
}

function unstuck(change: OfflineChange): OfflineChange {
  if (change.state !== 'stuck') return change;
  return { ...change, state: 'waiting', problem: undefined, preparations: 0 };
}

type Committed = Extract<OperationResult, { readonly status: 'committed' }>;

function committed(queue: ChangeQueue, change: OfflineChange, result: Committed): ChangeQueue {
  const { node } = result;
  const { nodeId } = change.after;
  const isOther = node.nodeId !== nodeId || node.namespaceId !== change.after.namespaceId;
  const alias = { [nodeId]: { namespaceId: node.namespaceId, nodeId: node.nodeId } };
  const aliases = isOther ? { ...queue.aliases, ...alias } : queue.aliases;
  const later = queue.changes
    .filter(({ id }) => id !== change.id)
    .map((other) => {
      if (other.order < change.order) return other;
      const rebased = other.after.nodeId === nodeId ? rebase(other, change, result) : other;
      return isOther ? renamedIds(rebased, alias) : rebased;
    });
  const report = reportOf(change, result);
  const reports = report === undefined ? queue.reports : [...queue.reports, report].slice(-REPORTS_MAX);
  const isContent = change.edit.type === 'put' && !isLosing(change, result);
  const storedRevs = isContent ? withRev(queue.storedRevs, localRevOf(change), node.contentRev) : queue.storedRevs;
  return emptied({ ...queue, aliases, changes: later, reports, storedRevs });
}

/** An editor that is open since long before finds nothing, and is asked. */
function withRev(storedRevs: ChangeQueue['storedRevs'], localRev: number, rev: number): ChangeQueue['storedRevs'] {
  const kept = Object.entries(storedRevs).slice(-STORED_REVS_MAX);
  return { ...Object.fromEntries(kept), [localRev]: rev };
}

/** The service has kept the content as a revision that does not stand. */
function isLosing({ choice, rescue }: OfflineChange, { conflict }: Committed): boolean {
  return conflict !== undefined && choice === 'keep_theirs' && rescue === undefined;
}

/**
 * A later change of a node stands on what an earlier one of this queue has made of it, and on nothing of others: what came between is still met
 * as a conflict.
 */
function rebase(later: OfflineChange, earlier: OfflineChange, result: Committed): OfflineChange {
  const { node, conflict } = result;
  const { edit } = later;
  const isContent = earlier.edit.type === 'put' && !isLosing(earlier, result);
  const isPlace = earlier.edit.type !== 'put' || earlier.edit.baseRev === 0 || conflict !== undefined;
  const contentRev = isContent ? node.contentRev : later.after.contentRev;
  const placeRev = isPlace ? Math.max(later.after.placeRev, node.placeRev) : later.after.placeRev;
  // The base of a delete is all of the node: one revision more is the earlier change itself.
  const rev = node.rev === later.after.rev + 1 ? node.rev : later.after.rev;
  const on = { ...later, after: { ...later.after, contentRev, placeRev, rev } };
  switch (edit.type) {
    case 'put':
      // One that was made on something else, as in another tab, meets this one as it meets others'.
      return isContent && edit.on === localRevOf(earlier) ? { ...on, edit: { ...edit, baseRev: contentRev } } : on;
    case 'move':
      return isPlace ? { ...on, edit: { ...edit, baseRev: Math.max(edit.baseRev, placeRev) } } : on;
    case 'delete':
      return edit.baseRev === later.after.rev ? { ...on, edit: { ...edit, baseRev: rev } } : on;
    case 'mkdir':
    case 'restore':
      return on;
  }
}

function reportOf(change: OfflineChange, { node, conflict }: Committed): ChangeReport | undefined {
  const told = { id: change.id, type: change.edit.type, name: change.askedName ?? change.after.name };
  if (change.rescue !== undefined) {
    return { ...told, outcome: 'rescued', because: change.rescue.because, newName: node.name };
  }
  if (conflict !== undefined && change.choice === 'keep_theirs') {
    return { ...told, outcome: 'kept-theirs', because: 'chosen' };
  }
  if (conflict?.conflictName !== undefined) {
    return { ...told, outcome: 'copied', because: 'chosen', newName: conflict.conflictName };
  }
  if (change.askedName === undefined) return undefined;
  return { ...told, outcome: 'renamed', because: 'name-taken', newName: node.name };
}

/** Another form of a change, or a report of its end. */
function replaced(queue: ChangeQueue, change: OfflineChange, next: OfflineChange | ChangeReport): ChangeQueue {
  if ('outcome' in next) {
    const changes = queue.changes.filter(({ id }) => id !== change.id);
    return emptied({ ...queue, changes, reports: [...queue.reports, next].slice(-REPORTS_MAX) });
  }
  return { ...queue, changes: queue.changes.map((other) => (other.id === change.id ? next : other)) };
}

/** What was chosen for all holds for one going through the queue. */
function emptied(queue: ChangeQueue): ChangeQueue {
  return queue.changes.length > 0 ? queue : { ...queue, choiceForAll: undefined };
}

function renamedIds(change: OfflineChange, aliases: ChangeQueue['aliases']): OfflineChange {
  const own = aliases[change.after.nodeId];
  const parent = aliases[change.after.parentId];
  if (own === undefined && parent === undefined) return change;
  const after: Node = {
    ...change.after,
    ...own,
    ...(parent === undefined ? {} : { parentId: parent.nodeId, namespaceId: parent.namespaceId }),
  };
  return { ...change, after };
}
