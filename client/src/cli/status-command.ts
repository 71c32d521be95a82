import type { Command } from 'commander';
import type { DaemonConnection } from '../daemon/control-client.ts';
import type { DaemonStatus } from '../daemon/daemon-status.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { askDaemon, notRunning, requireDaemon } from './daemon-link.ts';
import { describeDaemon, describeFolder } from './describe-status.ts';
import { drawOver } from './draw-over.ts';
import { findLinkedFolders, targetOf } from './linked-folder.ts';
import { readOfflineStatus } from './offline-status.ts';

interface StatusOptions {
  readonly watch?: boolean;
}

export function registerStatus(program: Command, run: RunCommand): void {
  program
    .command('status')
    .description(
      'Shows the linked folders: what is being done, what is still to be synced, and what stands in the way.',
    )
    .argument('[folder]', 'a linked folder; without it, all of them')
    .option('--watch', 'go on showing it, until Ctrl-C')
    .action(run(showStatus));
}

async function showStatus(
  context: CommandContext,
  [given]: readonly [string | undefined],
  options: StatusOptions,
): Promise<void> {
  const { folderId } = given === undefined ? {} : await targetOf(context.home, given);
  const select = (status: DaemonStatus): DaemonStatus => ({
    ...status,
    folders: status.folders.filter((folder) => folderId === undefined || folder.folderId === folderId),
  });
  if (options.watch === true) {
    await requireDaemon(context, (daemon) => watch(context, { daemon, select }));
    return;
  }
  const status = await askDaemon(context, (daemon) => daemon.request('status', {}));
  if (status === undefined) await showOffline(context, given);
  else context.output.result({ running: true, ...select(status) }, describe(select(status)));
}

function describe(status: DaemonStatus): readonly string[] {
  const now = new Date();
  return [...describeDaemon(status), ...status.folders.flatMap((folder) => describeFolder(folder, now))];
}

async function showOffline(context: CommandContext, given: string | undefined): Promise<void> {
  const folders = given === undefined ? undefined : await findLinkedFolders(context.home, given);
  const statuses = await readOfflineStatus(context, folders);
  const now = new Date();
  context.output.result({ running: false, folders: statuses }, [
    'Syncline does not run in the background. `syncline start` keeps the linked folders in sync.',
    ...(statuses.length > 0 ? [] : ['No folder is linked on this device. Link one with `syncline link FOLDER`.']),
    ...statuses.flatMap((folder) => describeFolder(folder, now)),
  ]);
}

/** Ends when the daemon does, or on Ctrl-C. */
async function watch(
  context: CommandContext,
  watched: { readonly daemon: DaemonConnection; readonly select: (status: DaemonStatus) => DaemonStatus },
): Promise<object> {
  const { daemon, select } = watched;
  const { output, streams, signal } = context;
  const stop = (): void => daemon.close();
  signal.addEventListener('abort', stop, { once: true });
  const show = output.json || !streams.stdout.isTTY ? showEntries(context) : showScreen(context);
  for await (const status of daemon.watch()) show(select(status));
  signal.removeEventListener('abort', stop);
  if (!signal.aborted) throw notRunning();
  return {};
}

function showScreen({ streams }: CommandContext): (status: DaemonStatus) => void {
  const draw = drawOver(streams);
  return (status) => draw(describe(status));
}

/** As JSON every change; as lines what has changed of the daemon and of each folder. */
function showEntries({ output }: CommandContext): (status: DaemonStatus) => void {
  const shown = new Map<string, string>();
  return (status) => {
    const now = new Date();
    const parts: readonly (readonly [string, readonly string[]])[] = [
      ['', describeDaemon(status)],
      ...status.folders.map((folder) => [folder.folderId, describeFolder(folder, now)] as const),
    ];
    const changed = parts.filter(([key, lines]) => shown.get(key) !== lines.join('\n'));
    for (const [key, lines] of changed) shown.set(key, lines.join('\n'));
    output.entry(
      { running: true, ...status },
      changed.flatMap(([, lines]) => lines),
    );
  };
}
