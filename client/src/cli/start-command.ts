import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { pause } from '../api/pause.ts';
import { systemClock } from '../api/system-clock.ts';
import type { DaemonStatus } from '../daemon/daemon-status.ts';
import { START_MS_MAX } from '../daemon/limits.ts';
import { runDaemon } from '../daemon/run-daemon.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { askDaemon } from './daemon-link.ts';
import { reportStart, spawnDaemon } from './daemon-process.ts';
import { escapeText, quote } from './escape-text.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { unexpectedRefusal } from './local-file.ts';

/** Pause between two looks whether a daemon answers. */
const LOOK_MS = 50;
/** How long a process may take to end after everything was stopped in order. */
const EXIT_MS_MAX = 2000;

export function registerStart(program: Command, run: RunCommand): void {
  program
    .command('start')
    .description('Keeps the linked folders in sync from now on, in the background. Starting twice is no error.')
    .option('--foreground', 'stay in this terminal until Ctrl-C, as a login item does')
    .addOption(new Option('--home <directory>', 'instead of SYNCLINE_HOME, where nothing sets variables').hideHelp())
    .action(run(start));
}

async function start(
  given: CommandContext,
  _words: readonly [],
  options: { readonly foreground?: boolean; readonly home?: string },
): Promise<void> {
  const context = options.home === undefined ? given : { ...given, home: resolve(options.home) };
  if (options.foreground === true) return runHere(context);
  const running = await askDaemon(context, (daemon) => daemon.request('status', {}));
  if (running !== undefined) {
    tell(context, running, { started: false });
    return;
  }
  const started = (await spawnDaemon(context.home)) === 'ready';
  tell(context, await untilAnswered(context), { started });
}

async function runHere(context: CommandContext): Promise<void> {
  const { home, signal, output } = context;
  const onReady = (): void => {
    reportStart({ kind: 'ready' });
    output.note('Syncline keeps the linked folders in sync. Ctrl-C ends it.');
  };
  try {
    const ended = await runDaemon({ home, signal, onReady, onDefect: () => process.exit(EXIT_CODES.internal) });
    reportStart({ kind: 'runs-already' });
    const text = ended === 'stopped' ? 'Stopped.' : 'Syncline runs in the background already.';
    output.result({ ended }, [text]);
  } catch (failure) {
    reportStart({ kind: 'failed', ...startFailure(failure, home) });
    throw failure;
  }
  // A folder that could not finish its step in time must not keep the process; the next start begins that step again.
  setTimeout(() => process.exit(), EXIT_MS_MAX).unref();
}

function startFailure(failure: unknown, home: string) {
  const told = failure instanceof Error ? (unexpectedRefusal(failure, home) ?? failure) : String(failure);
  const message = `Syncline could not be started: ${told instanceof Error ? told.message : told}`;
  const remedy = told instanceof CommandError ? told.remedy : undefined;
  return { reason: 'notRunning', code: 'not_started', message, ...(remedy === undefined ? {} : { remedy }) } as const;
}

/** Another process may have become the daemon a moment ago and not answer yet. */
async function untilAnswered(context: CommandContext): Promise<DaemonStatus> {
  const endMs = performance.now() + START_MS_MAX;
  while (performance.now() < endMs) {
    const status = await askDaemon(context, (daemon) => daemon.request('status', {}));
    if (status !== undefined) return status;
    context.signal.throwIfAborted();
    await pause(systemClock, LOOK_MS, context.signal);
  }
  throw new CommandError({
    reason: 'notRunning',
    code: 'no_answer',
    message: 'Syncline runs in the background already, but does not answer.',
    remedy:
      'The last `daemon-started` in `logs/daemon.log` names its process. End that, then start it again: nothing is lost by it.',
  });
}

function tell({ output }: CommandContext, status: DaemonStatus, { started }: { readonly started: boolean }): void {
  const { pid, version, startedAt, signedIn, folders } = status;
  const runs = `Syncline runs in the background${started ? '' : ' already'} (process ${pid}).`;
  const lines = folders.map(({ path }) => `  ${quote(path)}`);
  const hints = [
    ...(signedIn ? [] : ['Nobody is signed in. Sign in with `syncline login`; it goes on by itself then.']),
    ...(folders.length > 0 ? [] : ['No folder is linked. Link one with `syncline link FOLDER`.']),
    ...status.troubles.map(escapeText),
  ];
  const next = folders.length > 0 && signedIn ? ['`syncline status` shows how it gets on.'] : [];
  output.result({ started, pid, version, startedAt, signedIn, folders: folders.map(({ path }) => path) }, [
    folders.length > 0 ? `${runs} It keeps in sync:` : runs,
    ...lines,
    ...hints,
    ...next,
  ]);
}
