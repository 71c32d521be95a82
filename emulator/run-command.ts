import { spawn } from 'node:child_process';
import { StartProblem } from './start-problem.ts';

/** Enough of a failed command's output to see why it failed, and a bound on what a runaway command may fill. */
const OUTPUT_CHARACTERS_MAX = 64 * 1024;

export interface Command {
  /** What the person is told that this command does, as in "installing the emulator". */
  readonly purpose: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** What to do when it fails. */
  readonly remedy: string;
  /** Ends the command early; its reason is what is thrown then. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a command to its end and returns what it printed; throws a `StartProblem` that shows its output when it fails. */
export async function runCommand(command: Command): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // A process group of its own: a command that is given up takes its own children along.
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);

  let givenUp: string | undefined;
  const giveUp = (reason: string): void => {
    givenUp = reason;
    killProcessGroup(child.pid);
  };
  const timer = setTimeout(() => giveUp(`did not end within ${command.timeoutMs / 1000} s`), command.timeoutMs);
  const onAbort = (): void => giveUp('was stopped');
  command.signal?.addEventListener('abort', onAbort, { once: true });
  if (command.signal?.aborted === true) onAbort();

  child.once('error', (cause) => reject(problem(command, `could not run: ${cause.message}`, cause)));
  child.once('close', (code, signal) => {
    if (command.signal?.aborted === true) return reject(command.signal.reason);
    if (code === 0 && givenUp === undefined) return resolve(output);
    const ending = givenUp ?? (signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    reject(problem(command, `${ending}\n${indent(output)}`));
  });
  return promise.finally(() => {
    clearTimeout(timer);
    command.signal?.removeEventListener('abort', onAbort);
  });
}

/** Ends a process started with `detached`, and every process it started, at once. */
export function killProcessGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Already gone, which is what was wanted.
  }
}

function problem(command: Command, ending: string, cause?: unknown): StartProblem {
  const what = `${command.purpose}: "${command.file} ${command.args.join(' ')}" ${ending}`;
  return new StartProblem({ what, remedy: command.remedy, cause });
}

function indent(text: string): string {
  return text.trim().replaceAll(/^/gm, '    ');
}
