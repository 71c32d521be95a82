import { rootNodeId } from '@syncline/protocol';
import type { Command } from 'commander';
import type { SyncCounts } from '../engine/execution.ts';
import { pathNames } from '../engine/node-tree.ts';
import type { SyncEngine, SyncOutcome } from '../engine/sync-engine.ts';
import { type LinkedFolder, lockFolder } from '../platform/node/linked-folders.ts';
import { openEngine } from '../sync/open-engine.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { findLinkedFolders } from './linked-folder.ts';
import type { ProgressDisplay } from './output.ts';

interface SyncOptions {
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly acceptDeletes?: boolean;
}

export function registerSync(program: Command, run: RunCommand): void {
  program
    .command('sync')
    .description('Makes linked folders and their namespaces the same.')
    .argument('[folder]', 'a linked folder; without it, all of them')
    .option('--once', 'sync until there is nothing left to do, then end')
    .option('--dry-run', 'only show what would be done')
    .option('--accept-deletes', 'go on where more is deleted or rewritten than usual')
    .action(run(sync));
}

async function sync(
  context: CommandContext,
  [given]: readonly [string | undefined],
  options: SyncOptions,
): Promise<void> {
  if (options.once !== true && options.dryRun !== true) throw onlyOnce();
  const session = await context.session();
  const folders = await findLinkedFolders(session.home, given);
  const reports: FolderReport[] = [];
  for (const folder of folders) reports.push(await syncFolder(context, folder, options));
  context.output.result({ folders: reports.map(withoutError) }, reports.flatMap(describeReport));
  const failure = reports.find((report) => report.error !== undefined)?.error;
  if (failure !== undefined) throw failure;
}

function withoutError(report: FolderReport): Omit<FolderReport, 'error'> {
  const { path, state, counts, steps, problems } = report;
  return { path, state, counts, steps, problems };
}

interface FolderReport {
  readonly path: string;
  readonly state: SyncOutcome['kind'] | 'planned';
  readonly counts: Readonly<SyncCounts> | undefined;
  readonly steps: readonly { readonly type: string; readonly path: string }[] | undefined;
  readonly problems: readonly { readonly path: string; readonly reason: string; readonly detail: string }[];
  readonly error: CommandError | undefined;
}

async function syncFolder(context: CommandContext, folder: LinkedFolder, options: SyncOptions): Promise<FolderReport> {
  const session = await context.session();
  const lock = await lockFolder(session.home, folder.folderId);
  if (lock === undefined) throw busyFolder(folder.path);
  const { home, deviceName } = session;
  const progress = context.output.progress(`Syncing ${folder.path}`);
  try {
    const { signal } = context;
    const { engine, close } = openEngine(session, { folder, home, deviceName, signal, ...countTransfers(progress) });
    try {
      if (options.dryRun === true) return await planFolder(engine, folder);
      const outcome = await engine.sync({ acceptDeletes: options.acceptDeletes === true });
      const { kind, counts, problems } = outcome;
      return { path: folder.path, state: kind, counts, steps: undefined, problems, error: failureOf(outcome, folder) };
    } finally {
      close();
    }
  } finally {
    progress.end();
    lock.release();
  }
}

/** What is to be transferred is known round by round: the whole grows by what each of them plans. */
function countTransfers(progress: ProgressDisplay) {
  let storedBytes = 0;
  let totalBytes = 0;
  return {
    onRound: (bytes: number): void => {
      totalBytes = storedBytes + bytes;
    },
    onBytes: (bytes: number): void => {
      storedBytes += bytes;
      // A file that is sent again counts again.
      progress.update({ storedBytes, totalBytes: Math.max(totalBytes, storedBytes) });
    },
  };
}

async function planFolder(engine: SyncEngine, folder: LinkedFolder): Promise<FolderReport> {
  const planned = await engine.plan();
  const base = { path: folder.path, counts: undefined, problems: [] };
  if (planned.kind !== 'planned') {
    const outcome = { ...planned, counts: NOTHING, problems: [] };
    return { ...base, state: planned.kind, steps: [], error: failureOf(outcome, folder) };
  }
  const { plan } = planned;
  const rootId = rootNodeId(folder.namespaceId);
  const steps = plan.steps
    .filter((step) => step.type !== 'agree' && step.type !== 'forget')
    .map((step) => {
      const tree = plan.local.tree.has(step.nodeId) ? plan.local.tree : engine.trees.remote;
      return { type: step.type, path: pathNames(tree, rootId, step.nodeId)?.join('/') ?? '' };
    });
  return { ...base, state: 'planned', steps, problems: plan.problems, error: undefined };
}

const NOTHING: SyncCounts = { uploaded: 0, downloaded: 0, conflicts: 0, changedRemote: 0, changedLocal: 0 };

function describeReport(report: FolderReport): readonly string[] {
  const { path, counts, steps, problems } = report;
  const lines: string[] = [];
  if (counts !== undefined) {
    const conflicts = counts.conflicts > 0 ? `, ${counts.conflicts} conflicted copies made` : '';
    lines.push(`${quote(path)}: ${counts.uploaded} files uploaded, ${counts.downloaded} downloaded${conflicts}.`);
  }
  for (const step of steps ?? []) lines.push(`${step.type.padEnd(13)} ${escapeText(step.path)}`);
  if (steps?.length === 0) lines.push(`${quote(path)}: nothing to do.`);
  for (const problem of problems)
    lines.push(`${quote(problem.path)} (${problem.reason}): ${escapeText(problem.detail)}`);
  return lines;
}

function failureOf(outcome: SyncOutcome, folder: LinkedFolder): CommandError | undefined {
  const subject = quote(folder.path);
  switch (outcome.kind) {
    case 'rested':
    case 'unrested':
      if (outcome.kind === 'rested' && outcome.problems.length === 0) return undefined;
      return new CommandError({
        reason: 'partial',
        code: 'partial',
        message: `${subject}: not everything could be synced (${outcome.problems.length} problems).`,
        remedy: 'What stands in the way is listed above; `syncline status` shows it again.',
      });
    case 'root-missing':
    case 'root-foreign':
      return new CommandError({
        reason: 'localFile',
        code: outcome.kind.replace('-', '_'),
        message: `${subject} is not the folder that was linked: its marker is ${outcome.kind === 'root-missing' ? 'not there' : 'of another link'}.`,
        remedy: 'Nothing was done. Mount its disk, or bring the folder back; if it is gone, link a new one.',
      });
    case 'mass-change':
      return new CommandError({
        reason: 'massChange',
        code: 'mass_change',
        message: `${subject}: ${outcome.change.local} files here and ${outcome.change.remote} at the service would be deleted or rewritten at once.`,
        remedy: 'Nothing was done. If this is meant, repeat the command with --accept-deletes.',
      });
    case 'refused':
      return problemError(outcome.problem, subject);
  }
}

function busyFolder(path: string): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'already_syncing',
    message: `${quote(path)} is being synced by another process.`,
    remedy: 'Wait until it has ended.',
  });
}

function onlyOnce(): CommandError {
  return new CommandError({
    reason: 'usage',
    code: 'usage',
    message: 'Say how to sync.',
    remedy: 'Use `syncline sync --once`, or `syncline sync --dry-run` to see what it would do.',
  });
}
