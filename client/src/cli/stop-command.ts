import type { Command } from 'commander';
import { pause } from '../api/pause.ts';
import { systemClock } from '../api/system-clock.ts';
import { STOP_MS_MAX } from '../daemon/limits.ts';
import { isRunning } from '../platform/node/is-running.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { askDaemon } from './daemon-link.ts';

/** Pause between two looks whether the process has ended. */
const LOOK_MS = 50;
/** How much longer than its folders the process may take. */
const MARGIN_MS = 10_000;

export function registerStop(program: Command, run: RunCommand): void {
  program
    .command('stop')
    .description('Ends the sync in the background, after the step that runs. Stopping twice is no error.')
    .action(run(stop));
}

async function stop(context: CommandContext): Promise<void> {
  const pid = await stopDaemon(context);
  if (pid === undefined) context.output.result({ stopped: false }, ['Syncline does not run in the background.']);
  else context.output.result({ stopped: true, pid }, ['Syncline has stopped. `syncline start` goes on.']);
}

/** Ends the daemon and waits for its end. Undefined when none runs, else the id of its process. */
export async function stopDaemon(context: CommandContext): Promise<number | undefined> {
  const stopped = await askDaemon(context, (daemon) => daemon.request('stop', {}));
  if (stopped === undefined) return undefined;
  const endMs = performance.now() + STOP_MS_MAX + MARGIN_MS;
  while (isRunning(stopped.pid)) {
    context.signal.throwIfAborted();
    if (performance.now() > endMs) throw doesNotEnd(stopped.pid);
    await pause(systemClock, LOOK_MS, context.signal);
  }
  return stopped.pid;
}

function doesNotEnd(pid: number): CommandError {
  return new CommandError({
    reason: 'notRunning',
    code: 'does_not_end',
    message: `Syncline was told to stop, and its process ${pid} has not ended yet.`,
    remedy: `Wait, or end the process ${pid}: nothing is lost by that.`,
  });
}
