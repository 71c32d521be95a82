import { connectDaemon, type DaemonConnection } from '../daemon/control-client.ts';
import { ControlError } from '../daemon/control-error.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { escapeText } from './escape-text.ts';
import type { ExitReason } from './exit-codes.ts';

type Home = Pick<CommandContext, 'home'>;

/** Asks the daemon something, or answers undefined when none runs. @throws CommandError when it refuses. */
export async function askDaemon<T extends object>(
  { home }: Home,
  task: (daemon: DaemonConnection) => Promise<T>,
): Promise<T | undefined> {
  const daemon = await connectDaemon(home);
  if (daemon === undefined) return undefined;
  try {
    return await task(daemon);
  } catch (failure) {
    throw failure instanceof ControlError ? controlFailure(failure) : failure;
  } finally {
    daemon.close();
  }
}

/** As `askDaemon`, for what nothing but a daemon can do. @throws CommandError when none runs. */
export async function requireDaemon<T extends object>(
  context: Home,
  task: (daemon: DaemonConnection) => Promise<T>,
): Promise<T> {
  const answered = await askDaemon(context, task);
  if (answered === undefined) throw notRunning();
  return answered;
}

/** Tells the daemon that links, settings or sign-in have changed on the disk. Answers whether one runs. */
export async function reloadDaemon({ home, output }: Pick<CommandContext, 'home' | 'output'>): Promise<boolean> {
  try {
    return (await askDaemon({ home }, (daemon) => daemon.request('reload', {}))) !== undefined;
  } catch (failure) {
    if (!(failure instanceof CommandError)) throw failure;
    // What was asked for is done; the daemon looks at the disk by itself.
    output.note(`${escapeText(failure.message)} ${escapeText(failure.remedy ?? '')}`.trim());
    return true;
  }
}

/** A round that takes longer is not waited for: it goes on by itself. */
const NUDGE_MS_MAX = 250;

/**
 * Lets the daemon, when one runs, look at the service now: of what this installation itself has changed there, the service tells its other
 * devices alone. Never throws; the daemon would look by itself, later.
 */
export async function nudgeDaemon({ home }: Home): Promise<void> {
  const daemon = await connectDaemon(home).catch(() => undefined);
  await daemon?.request('sync-now', { acceptDeletes: false }, { msMax: NUDGE_MS_MAX }).catch(() => undefined);
  daemon?.close();
}

export function notRunning(): CommandError {
  return new CommandError({
    reason: 'notRunning',
    code: 'not_running',
    message: 'Syncline does not run in the background.',
    remedy: 'Start it with `syncline start`.',
  });
}

const REASONS: Readonly<Record<string, ExitReason>> = {
  unknown_folder: 'notFound',
  stopping: 'notRunning',
  disconnected: 'notRunning',
  no_answer: 'notRunning',
  control_version: 'conflict',
};

function controlFailure({ code, message, remedy, cause }: ControlError): CommandError {
  return new CommandError({ reason: REASONS[code] ?? 'internal', code, message, remedy, cause });
}
