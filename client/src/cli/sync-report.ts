import type { FolderState, FolderStatus } from '../daemon/daemon-status.ts';
import type { SyncCounts } from '../engine/execution.ts';
import type { SyncOutcome } from '../engine/sync-engine.ts';
import { describeForeignLink } from '../platform/node/foreign-link.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import type { PlannedStep } from '../sync/planned-step.ts';
import { CommandError, problemError } from './command-error.ts';
import { bringBackBy } from './describe-status.ts';
import { escapeText, quote } from './escape-text.ts';
import { notSignedIn } from './open-session.ts';

/** What a sync of one folder came to. */
export interface SyncReport {
  readonly path: string;
  readonly state: SyncOutcome['kind'] | FolderState | 'planned';
  /** Undefined when the daemon did it, which counts over its whole life. */
  readonly counts: Readonly<SyncCounts> | undefined;
  readonly steps: readonly PlannedStep[] | undefined;
  readonly problems: readonly { readonly path: string; readonly reason: string; readonly detail: string }[];
  readonly error: CommandError | undefined;
}

export function describeReport(report: SyncReport): readonly string[] {
  const { path, counts, steps, problems } = report;
  const lines: string[] = [];
  const isUntouched = report.state === 'root-missing' || report.state === 'root-foreign';
  if (counts !== undefined && !isUntouched) {
    lines.push(`${quote(path)}: ${describeCounts(counts)}.`);
  } else if (report.state === 'rested') {
    lines.push(`${quote(path)}: both sides are the same${problems.length > 0 ? ', except:' : '.'}`);
  }
  if (steps !== undefined) {
    lines.push(
      steps.length === 0
        ? `${quote(path)}: nothing to do.`
        : `${quote(path)}: what a sync would do (nothing was done):`,
    );
    lines.push(...steps.map(describeStep));
  }
  for (const problem of problems) {
    lines.push(`${quote(problem.path)} (${problem.reason}): ${escapeText(problem.detail)}`);
  }
  return lines;
}

/** Only what happened, of new folders only where no file was transferred; where nothing did, that no file was transferred. */
function describeCounts(counts: Readonly<SyncCounts>): string {
  const { uploaded, downloaded, conflicts, settledConflicts, madeRemote, madeLocal } = counts;
  const words = describeStructure(counts);
  if (conflicts > 0) words.push(`${conflicts} ${conflicts === 1 ? 'conflicted copy' : 'conflicted copies'} made`);
  if (settledConflicts > 0)
    words.push(`${settledConflicts} ${settledConflicts === 1 ? 'conflict' : 'conflicts'} settled`);
  const isOfFiles = uploaded + downloaded > 0;
  if (!isOfFiles && madeRemote > 0) words.push(`${folders(madeRemote)} made at the service`);
  if (!isOfFiles && madeLocal > 0) words.push(`${folders(madeLocal)} made here`);
  if (isOfFiles || words.length === 0) {
    words.unshift(`${uploaded} ${uploaded === 1 ? 'file' : 'files'} uploaded, ${downloaded} downloaded`);
  }
  return words.join(', ');
}

function folders(count: number): string {
  return `${count} ${count === 1 ? 'folder' : 'folders'}`;
}

/** What was deleted and moved on each side. The first that is named says of what. */
function describeStructure({ deletedRemote, deletedLocal, movedRemote, movedLocal }: Readonly<SyncCounts>): string[] {
  const kinds = [
    { count: deletedRemote, what: 'deleted at the service' },
    { count: deletedLocal, what: 'deleted here (kept in `.syncline/trash`)' },
    { count: movedRemote, what: 'moved or renamed at the service' },
    { count: movedLocal, what: 'moved or renamed here' },
  ];
  return kinds
    .filter(({ count }) => count > 0)
    .map(({ count, what }, index) => {
      if (index > 0) return `${count} ${what}`;
      return `${count} ${count === 1 ? 'file or folder' : 'files and folders'} ${what}`;
    });
}

function describeStep({ path, to, words }: PlannedStep): string {
  return `  ${quote(path)}${to === undefined ? '' : ` → ${quote(to)}`} ${words}`;
}

/** A folder as the daemon left it after a round. */
export function reportOf(folder: FolderStatus): SyncReport {
  const state = folder.state === 'idle' ? 'rested' : folder.state === 'waiting' ? 'unrested' : folder.state;
  const { path, problems } = folder;
  return { path, state, counts: undefined, steps: undefined, problems, error: stateFailure(folder) };
}

/** Why an outcome is not the wished one; undefined when it is. */
export function outcomeFailure(outcome: SyncOutcome, path: string): CommandError | undefined {
  switch (outcome.kind) {
    case 'rested':
    case 'unrested':
      if (outcome.kind === 'rested' && outcome.problems.length === 0) return undefined;
      return partial(path, outcome.problems.length, MEND);
    case 'root-missing':
    case 'root-foreign':
      return wrongRoot(path, outcome.kind);
    case 'mass-change':
      return massChange(path, outcome.change, 'repeat the command with --accept-deletes');
    case 'refused':
      return problemError(outcome.problem, quote(path));
  }
}

function stateFailure(folder: FolderStatus): CommandError | undefined {
  const { path, state } = folder;
  const detail = folder.detail ?? '';
  switch (state) {
    case 'idle':
    case 'waiting':
      return state === 'idle' && folder.problemCount === 0 ? undefined : partial(path, folder.problemCount, SHOWN);
    case 'root-missing':
    case 'root-foreign':
      return wrongRoot(path, state);
    case 'mass-change':
      return massChange(path, folder.massChange ?? { local: 0, remote: 0 }, 'use `syncline resume --accept-deletes`');
    case 'offline':
      return failure(path, {
        reason: 'unavailable',
        code: 'unavailable',
        message: `the service cannot be reached${detail === '' ? '' : ` (${detail})`}.`,
        remedy:
          'Check the connection and that the service runs. The sync in the background goes on by itself as soon as it can.',
      });
    case 'refused':
      return failure(path, { reason: 'refused', code: 'refused', message: detail, remedy: LOOK });
    case 'paused':
      return failure(path, {
        reason: 'conflict',
        code: 'paused',
        message: 'it is paused.',
        remedy: '`syncline resume` goes on.',
      });
    case 'locked':
      return failure(path, { reason: 'conflict', code: 'already_syncing', message: detail, remedy: LOOK });
    case 'failed':
      return failure(path, { reason: 'internal', code: 'internal', message: detail, remedy: LOOK });
    case 'starting':
    case 'syncing':
    case 'stopped':
      return failure(path, {
        reason: 'notRunning',
        code: 'stopping',
        message: 'the sync in the background was stopped.',
        remedy: '`syncline start` goes on.',
      });
  }
}

const LOOK = '`syncline status` shows whether it is tried again, and `syncline doctor` what is wrong.';

function failure(path: string, facts: Pick<CommandError, 'reason' | 'code' | 'message' | 'remedy'>): CommandError {
  return new CommandError({ ...facts, message: `${quote(path)}: ${facts.message}`.trim() });
}

/** Only what syncs in the background remembers what stood in the way. */
const SHOWN = 'What stands in the way is listed above; `syncline status` shows it again.';
const MEND = 'Mend what stands in the way, as listed above, and repeat the command.';

function partial(path: string, problems: number, remedy: string): CommandError {
  return new CommandError({
    reason: 'partial',
    code: 'partial',
    message: `${quote(path)}: not everything could be synced (${problems} ${problems === 1 ? 'problem' : 'problems'}).`,
    remedy,
  });
}

function wrongRoot(path: string, kind: 'root-missing' | 'root-foreign'): CommandError {
  return new CommandError({
    reason: 'localFile',
    code: kind.replace('-', '_'),
    message: `${quote(path)} is not the folder that was linked: its marker is ${kind === 'root-missing' ? 'not there' : 'of another link, or damaged'}.`,
    remedy: `Nothing was done. Mount its disk, or bring the folder back; if it was moved, or has lost its marker, \`syncline link\` it where it is now; if it is gone, \`syncline unlink ${quote(path)}\` ends its link.`,
  });
}

function massChange(
  path: string,
  change: { readonly local: number; readonly remote: number },
  how: string,
): CommandError {
  return new CommandError({
    reason: 'massChange',
    code: 'mass_change',
    message: `${quote(path)}: ${change.local} files here and ${change.remote} at the service would be deleted or rewritten at once.`,
    remedy: `Nothing was done. If this is meant, ${how}. If not: ${bringBackBy(path)}.`,
  });
}

/** A sign-in has ended while the daemon ran. */
export function signedOutReport(report: SyncReport): SyncReport {
  return report.state === 'refused' ? { ...report, error: notSignedIn() } : report;
}

/** Of a folder that another sign-in has linked; undefined for every other one. */
export function foreignReport(
  folder: LinkedFolder,
  account: Parameters<typeof describeForeignLink>[1],
): SyncReport | undefined {
  const foreign = describeForeignLink(folder, account);
  if (foreign === undefined) return undefined;
  const { path } = folder;
  const error = new CommandError({
    reason: 'refused',
    code: 'other_sign_in',
    message: `${quote(path)} ${foreign.message}.`,
    remedy: foreign.remedy,
  });
  return { path, state: 'refused', counts: undefined, steps: undefined, problems: [], error };
}
