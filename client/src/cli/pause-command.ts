import type { Command } from 'commander';
import type { DaemonStatus } from '../daemon/daemon-status.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { requireDaemon } from './daemon-link.ts';
import { quote } from './escape-text.ts';
import { targetOf } from './linked-folder.ts';

export function registerPause(program: Command, run: RunCommand): void {
  program
    .command('pause')
    .description('Lets a folder rest, after the step that runs, until `resume`; also over restarts.')
    .argument('[folder]', 'a linked folder; without it, all of them')
    .action(run(pause));
  program
    .command('resume')
    .description('Goes on after `pause`, or after many deletes were held back.')
    .argument('[folder]', 'a linked folder; without it, all of them')
    .option('--accept-deletes', 'many deletes or rewrites are meant: carry them over, once')
    .action(run(resume));
}

async function pause(context: CommandContext, [given]: readonly [string | undefined]): Promise<void> {
  const target = await targetOf(context.home, given);
  const status = await requireDaemon(context, (daemon) => daemon.request('pause', target));
  tell(context, { status, ...target, words: 'paused, also over restarts. `syncline resume` goes on.' });
}

async function resume(
  context: CommandContext,
  [given]: readonly [string | undefined],
  options: { readonly acceptDeletes?: boolean },
): Promise<void> {
  const target = await targetOf(context.home, given);
  const input = { ...target, acceptDeletes: options.acceptDeletes === true };
  const status = await requireDaemon(context, (daemon) => daemon.request('resume', input));
  tell(context, { status, ...target, words: 'goes on. `syncline status` shows how.' });
}

function tell(
  { output }: CommandContext,
  told: { readonly status: DaemonStatus; readonly folderId?: string; readonly words: string },
): void {
  const { status, folderId, words } = told;
  const folders = status.folders.filter((folder) => folderId === undefined || folder.folderId === folderId);
  output.result(
    { folders },
    folders.map(({ path }) => `${quote(path)}: ${words}`),
  );
}
