import type { ConflictStrategy } from '@syncline/protocol';
import type { Command } from 'commander';
import { changeFolderSettings } from '../platform/node/linked-folders.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { reloadDaemon } from './daemon-link.ts';
import { quote } from './escape-text.ts';
import { requireLinkedFolder } from './linked-folder.ts';
import { onConflictOption } from './on-conflict-option.ts';

export function registerFolder(program: Command, run: RunCommand): void {
  const folder = program.command('folder').description('Shows and changes the settings of a linked folder.');
  folder
    .command('show', { isDefault: true })
    .description('Shows the settings of a linked folder.')
    .argument('<folder>', 'a linked folder')
    .action(run(show));
  folder
    .command('set')
    .description('Changes settings of a linked folder.')
    .argument('<folder>', 'a linked folder')
    .addOption(onConflictOption())
    .action(run(set));
}

async function show({ home, output }: CommandContext, [given]: readonly [string]): Promise<void> {
  const folder = await requireLinkedFolder(home, given);
  output.result(folder, describe(folder));
}

async function set(
  context: CommandContext,
  [given]: readonly [string],
  { onConflict }: { readonly onConflict?: ConflictStrategy },
): Promise<void> {
  if (onConflict === undefined) throw nothingToSet();
  const { folderId } = await requireLinkedFolder(context.home, given);
  const changed = await changeFolderSettings(context.home, folderId, { onConflict });
  // It was unlinked meanwhile: then the first look tells so.
  const folder = changed ?? (await requireLinkedFolder(context.home, given));
  await reloadDaemon(context);
  context.output.result(folder, describe(folder));
}

function describe(folder: Awaited<ReturnType<typeof requireLinkedFolder>>): readonly string[] {
  return [
    quote(folder.path),
    `  on conflict: ${folder.onConflict}`,
    `  namespace: ${folder.namespaceId}`,
    `  paused: ${folder.paused ? 'yes' : 'no'}`,
  ];
}

function nothingToSet(): CommandError {
  return new CommandError({
    reason: 'usage',
    code: 'usage',
    message: 'Say what to set.',
    remedy: 'Such as `syncline folder set FOLDER --on-conflict keep_mine`.',
  });
}
