import { rootNodeId } from '@syncline/protocol';
import type { Command } from 'commander';
import { connectDaemon, type DaemonConnection } from '../daemon/control-client.ts';
import { nothingDone } from '../engine/execution.ts';
import type { SyncEngine } from '../engine/sync-engine.ts';
import { type LinkedFolder, lockToSync } from '../platform/node/linked-folders.ts';
import { describeWipe } from '../sync/describe-wipe.ts';
import { openEngine } from '../sync/open-engine.ts';
import { describePlan } from '../sync/planned-step.ts';
import { type FolderWipe, goOnWiping, isWipeAsked, wipeDevice } from '../sync/wipe-device.ts';
import { beingWiped } from './being-wiped.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { askDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import { findLinkedFolders } from './linked-folder.ts';
import type { ProgressDisplay } from './output.ts';
import {
  describeReport,
  foreignReport,
  outcomeFailure,
  reportOf,
  type SyncReport,
  signedOutReport,
} from './sync-report.ts';

interface SyncOptions {
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly acceptDeletes?: boolean;
}

export function registerSync(program: Command, run: RunCommand): void {
  program
    .command('sync')
    .description('Makes linked folders and their namespaces the same, once. `start` goes on doing so.')
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
  const found = await findLinkedFolders(session.home, given);
  const isDry = options.dryRun === true;
  const isWiping = found.some(({ wiping }) => wiping === true);
  if (isWiping && isDry) throw beingWiped();
  const begun = isWiping ? await goOnWiping(session) : [];
  const folders = found.filter(({ wiping }) => wiping !== true);
  if (isWiping && folders.length === 0) return tellWipes(context, begun);
  const reports = isDry ? await planFolders(context, folders) : await syncFolders(context, folders, options);
  // The daemon looks at this by itself.
  const isRefused = !isDry && reports.some(({ state, counts }) => state === 'refused' && counts !== undefined);
  const wipes = isRefused && (await isWipeAsked(session)) ? await wipeDevice(session) : [];
  if (wipes.length > 0) return tellWipes(context, [...begun, ...wipes]);
  const told = [...begun.flatMap(describeWipe).map(escapeText), ...reports.flatMap(describeReport)];
  context.output.result({ folders: reports.map(withoutError), ...(isWiping ? { wipes: begun } : {}) }, told);
  const failure = reports.find((report) => report.error !== undefined)?.error;
  if (failure !== undefined) throw failure;
}

function tellWipes({ output }: CommandContext, wipes: readonly FolderWipe[]): void {
  output.result({ wipes }, wipes.flatMap(describeWipe).map(escapeText));
}

function withoutError({ path, state, counts, steps, problems }: SyncReport): Omit<SyncReport, 'error'> {
  return { path, state, counts, steps, problems };
}

async function syncFolders(
  context: CommandContext,
  folders: readonly LinkedFolder[],
  options: SyncOptions,
): Promise<readonly SyncReport[]> {
  const asked = await askDaemon(context, (daemon) => syncByDaemon(context, daemon, { folders, options }));
  if (asked !== undefined) return asked;
  const reports: SyncReport[] = [];
  for (const folder of folders) reports.push(await syncHere(context, folder, options));
  return reports;
}

/** Shows what the daemon tells of a folder while something is waited for. */
async function showProgress<T>(context: CommandContext, folder: LinkedFolder, task: () => Promise<T>): Promise<T> {
  const watcher = await connectDaemon(context.home);
  const progress = context.output.progress(`Syncing ${folder.path}`);
  const showing = (async () => {
    for await (const { folders } of watcher?.watch() ?? []) {
      const bytes = folders.find(({ folderId }) => folderId === folder.folderId)?.bytes;
      if (bytes !== undefined && bytes.total > 0) {
        progress.update({ storedBytes: bytes.done, totalBytes: bytes.total });
      }
    }
  })();
  try {
    return await task();
  } finally {
    watcher?.close();
    await showing;
    progress.end();
  }
}

/** The daemon has the folders: it is asked for a round of each, and waited for. */
async function syncByDaemon(
  context: CommandContext,
  daemon: DaemonConnection,
  job: { readonly folders: readonly LinkedFolder[]; readonly options: SyncOptions },
): Promise<readonly SyncReport[]> {
  const acceptDeletes = job.options.acceptDeletes === true;
  // What was linked a moment ago may not have been seen yet.
  await daemon.request('reload', {});
  const reports: SyncReport[] = [];
  for (const folder of job.folders) {
    const { folderId } = folder;
    const options = { msMax: 'none', signal: context.signal } as const;
    const status = await showProgress(context, folder, () =>
      daemon.request('sync-now', { folderId, acceptDeletes }, options),
    );
    const synced = status.folders.filter((one) => one.folderId === folderId).map(reportOf);
    reports.push(...(status.signedIn ? synced : synced.map(signedOutReport)));
  }
  return reports;
}

async function syncHere(context: CommandContext, folder: LinkedFolder, options: SyncOptions): Promise<SyncReport> {
  const session = await context.session();
  const { home, deviceName, account } = session;
  const foreign = foreignReport(folder, account);
  if (foreign !== undefined) return foreign;
  const lock = await lockToSync(home, folder.folderId);
  if (lock === undefined) throw busyFolder(folder.path);
  const progress = context.output.progress(`Syncing ${folder.path}`);
  try {
    const { signal } = context;
    const { engine, close } = openEngine(session, { folder, home, deviceName, signal, ...countTransfers(progress) });
    try {
      const outcome = await engine.sync({ acceptDeletes: options.acceptDeletes === true });
      const { kind, counts, problems } = outcome;
      const error = outcomeFailure(outcome, folder.path);
      return { path: folder.path, state: kind, counts, steps: undefined, problems, error };
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

async function planFolders(context: CommandContext, folders: readonly LinkedFolder[]): Promise<readonly SyncReport[]> {
  const session = await context.session();
  const { home, deviceName, account } = session;
  const reports: SyncReport[] = [];
  for (const folder of folders) {
    const foreign = foreignReport(folder, account);
    if (foreign !== undefined) {
      reports.push(foreign);
      continue;
    }
    const lock = await lockToSync(home, folder.folderId);
    try {
      const { engine, close } = openEngine(session, { folder, home, deviceName, signal: context.signal });
      try {
        // Whoever has the lock reads the delta; reading it here too would write into a state that is in use.
        reports.push(await planFolder(engine, folder, { offline: lock === undefined }));
      } finally {
        close();
      }
    } finally {
      lock?.release();
    }
  }
  return reports;
}

async function planFolder(
  engine: SyncEngine,
  folder: LinkedFolder,
  options: { readonly offline: boolean },
): Promise<SyncReport> {
  const planned = await engine.plan(options);
  const base = { path: folder.path, counts: undefined, problems: [] };
  if (planned.kind !== 'planned') {
    const outcome = { ...planned, counts: nothingDone(), problems: [] };
    return { ...base, state: planned.kind, steps: [], error: outcomeFailure(outcome, folder.path) };
  }
  const { plan } = planned;
  const rootId = rootNodeId(folder.namespaceId);
  const steps = describePlan({ plan, remote: engine.trees.remote, rootId });
  return { ...base, state: 'planned', steps, problems: plan.problems, error: undefined };
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
    remedy:
      'Use `syncline start` to sync from now on, `syncline sync --once` to sync now, or `syncline sync --dry-run` to see what that would do.',
  });
}
