import type { Command } from 'commander';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { type LinkedFolder, lockFolder, stateFile } from '../platform/node/linked-folders.ts';
import { putStateAside } from '../platform/node/open-state-store.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { askDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import { findLinkedFolders } from './linked-folder.ts';

export function registerDoctor(program: Command, run: RunCommand): void {
  program
    .command('doctor')
    .description('Looks at everything that a sync needs, and says what is wrong and what to do.')
    .argument('[folder]', 'with --rebuild: a linked folder; without it, all of them')
    .option('--rebuild', 'find the state of folders out again from the disk and the service; changes no file')
    .action(run(runDoctor));
}

async function runDoctor(
  context: CommandContext,
  [given]: readonly [string | undefined],
  options: { readonly rebuild?: boolean },
): Promise<void> {
  if (options.rebuild === true) return rebuild(context, given);
  if (given !== undefined) throw folderWithoutRebuild();
  const findings = await examine(context.home, context.signal);
  context.output.result({ findings }, findings.flatMap(describe));
  const problems = findings.filter(({ result }) => result === 'problem').length;
  if (problems > 0) throw unhealthy(problems);
}

const MARKS = { ok: 'ok      ', warning: 'warning ', problem: 'PROBLEM ' } as const;

function describe({ result, message, remedy }: Finding): readonly string[] {
  const lines = [`${MARKS[result]} ${escapeText(message)}`];
  return remedy === undefined ? lines : [...lines, `          → ${escapeText(remedy)}`];
}

/** The engine merges both sides after it as on the first link, which deletes nothing. */
async function rebuild(context: CommandContext, given: string | undefined): Promise<void> {
  const folders = await findLinkedFolders(context.home, given);
  for (const folder of folders) {
    const { folderId } = folder;
    const asked = await askDaemon(context, (daemon) => daemon.request('rebuild', { folderId }));
    if (asked === undefined) await rebuildHere(context, folder);
  }
  context.output.result(
    { rebuilt: folders.map(({ path }) => path) },
    folders.map(
      ({ path }) =>
        `${quote(path)}: its state is found out again by the next sync, which merges both sides and deletes nothing.`,
    ),
  );
}

async function rebuildHere({ home }: CommandContext, { folderId, path }: LinkedFolder): Promise<void> {
  const lock = await lockFolder(home, folderId);
  if (lock === undefined) throw busy(path);
  try {
    putStateAside(stateFile(home, folderId), 'replaced');
  } finally {
    lock.release();
  }
}

function busy(path: string): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'already_syncing',
    message: `${quote(path)} is being synced by another process.`,
    remedy: 'Wait until it has ended.',
  });
}

function unhealthy(problems: number): CommandError {
  return new CommandError({
    reason: 'unhealthy',
    code: 'unhealthy',
    message: problems === 1 ? 'There is a problem.' : `There are ${problems} problems.`,
    remedy: 'What to do stands beside each of them.',
  });
}

function folderWithoutRebuild(): CommandError {
  return new CommandError({
    reason: 'usage',
    code: 'usage',
    message: 'All folders are looked at.',
    remedy: 'Leave the folder out, or add --rebuild.',
  });
}
