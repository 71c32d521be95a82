import type { OperationError } from '@syncline/protocol';
import { otherName } from './change-operation.ts';
import { NAME_TRIES_MAX, PREPARATIONS_MAX } from './limits.ts';
import type { ChangeReport, ConflictChoice, Edit, OfflineChange, ReportReason } from './offline-change.ts';

/**
 * What becomes of a change that was not committed because of another one: it asks, goes again in another form, goes elsewhere, or ends. Without
 * a choice a person is asked where there is something to choose. A put never ends here: its bytes are committed, or stay.
 */
export function meetConflict(change: OfflineChange, choice: ConflictChoice | undefined): OfflineChange | ChangeReport {
  const { conflict, edit } = change;
  if (conflict === undefined) return change;
  if (conflict.kind === 'parent_deleted') return withoutPlace(change, 'place-gone');
  // There is nothing to choose: a folder is not put over a file.
  if (edit.type === 'mkdir')
    return conflict.kind === 'name_taken' ? underOtherName(change) : withoutPlace(change, 'refused');
  if (choice === undefined) return { ...change, state: 'asking' };
  const settled = choice === 'last_write_wins' ? laterOf(change) : choice;
  switch (edit.type) {
    case 'put':
      // Asked in the same way before, and no content can stand there, as where a folder has the name.
      if (change.choice === settled) return rescued(change, 'name-taken');
      return again({ ...change, choice: settled });
    case 'delete':
      if (settled !== 'keep_mine') return ended(change, 'chosen');
      // What a person was shown is what is deleted: with all that the folder holds by then.
      return again({ ...change, edit: { type: 'delete', baseRev: conflict.serverRev } });
    case 'move':
    case 'restore':
      return settled === 'keep_theirs' ? ended(change, 'chosen') : movedAnyway(change, settled);
  }
}

/** What becomes of a change that the service refuses. */
export function meetRefusal(
  change: OfflineChange,
  { code, detail }: Pick<OperationError, 'code' | 'detail'>,
): OfflineChange | ChangeReport {
  const stuck: OfflineChange = { ...change, state: 'stuck', problem: { code, detail } };
  switch (code) {
    case 'upload_expired':
    case 'chunks_missing':
      return change.preparations < PREPARATIONS_MAX ? { ...change, preparations: change.preparations + 1 } : stuck;
    case 'quota_exceeded':
      return stuck;
    case 'rate_limited':
    case 'unavailable':
    case 'internal':
    case 'unauthenticated':
      return change;
    case 'not_found':
    case 'forbidden':
      if (change.edit.type === 'put' || change.edit.type === 'mkdir') return elsewhere(change, 'place-gone') ?? stuck;
      // What is gone need not be deleted.
      return ended(change, 'node-gone');
    default:
      if (change.edit.type === 'put') return elsewhere(change, 'refused') ?? stuck;
      return ended(change, 'refused');
  }
}

function movedAnyway(change: OfflineChange, settled: 'keep_mine' | 'keep_both'): OfflineChange | ChangeReport {
  const { conflict } = change;
  if (conflict?.kind === 'name_taken') return underOtherName(change);
  if (conflict?.kind === 'deleted') return again({ ...change, edit: { type: 'restore' } });
  // One file cannot be in two places: both stay where the service has it.
  if (settled === 'keep_both' || conflict === undefined) return ended(change, 'chosen');
  return again({ ...change, edit: { type: 'move', baseRev: conflict.serverRev } });
}

/** By the clocks of both: what does not stand stays a revision, or in the trash. */
function laterOf({ conflict, madeAtMs }: OfflineChange): 'keep_mine' | 'keep_theirs' | 'keep_both' {
  if (conflict?.node === undefined) return 'keep_both';
  const theirs = Date.parse(conflict.node.deletedAt ?? conflict.node.modifiedAt);
  return madeAtMs >= theirs ? 'keep_mine' : 'keep_theirs';
}

function underOtherName(change: OfflineChange): OfflineChange | ChangeReport {
  if (change.attempt >= NAME_TRIES_MAX) return ended(change, 'name-taken');
  const { after } = change;
  const askedName = change.askedName ?? after.name;
  return again({ ...change, askedName, after: { ...after, name: otherName(change) } });
}

/** A move whose folder is gone leaves the node where it is; what is new goes elsewhere. */
function withoutPlace(change: OfflineChange, because: ReportReason): OfflineChange | ChangeReport {
  if (isNewContent(change.edit)) return rescued(change, because);
  return ended(change, because);
}

function rescued(change: OfflineChange, because: ReportReason): OfflineChange {
  const problem = { code: 'conflict', detail: change.conflict?.kind ?? because };
  return elsewhere(change, because) ?? { ...change, state: 'stuck', problem };
}

/** The next place that is tried; undefined after the last. */
function elsewhere(change: OfflineChange, because: ReportReason): OfflineChange | undefined {
  if (change.rescue?.to === 'home') return undefined;
  const to = change.rescue === undefined && because === 'place-gone' && change.conflict !== undefined ? 'root' : 'home';
  return again({ ...change, rescue: { to, because: change.rescue?.because ?? because } });
}

function isNewContent({ type }: Edit): boolean {
  return type === 'put' || type === 'mkdir';
}

/** Something else is asked of the service than before, so it has another name. */
function again(change: OfflineChange): OfflineChange {
  return { ...change, state: 'waiting', attempt: change.attempt + 1, conflict: undefined, preparations: 0 };
}

function ended(change: OfflineChange, because: ReportReason): ChangeReport {
  return { id: change.id, type: change.edit.type, name: change.after.name, outcome: 'dropped', because };
}
