import { type ChildProcess, spawn } from 'node:child_process';
import { killProcessGroup } from '../emulator/run-command.ts';
import { canReadUsage, readSession } from './process-usage.ts';

/** The end of what a program printed, for messages. */
const OUTPUT_CHARACTERS_MAX = 64 * 1024;
const FAILURE_CHARACTERS_MAX = 2000;
/** How long a program may take to end by itself before it is killed. */
const END_MS_MAX = 15_000;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** The sessions that run. Whatever ends this process, but SIGKILL, ends them first. */
const running = new Set<number>();
let isOver = false;
process.on('exit', endPrograms);

/** Kills whatever still runs, with all that it has started, and lets nothing start any more. */
export function endPrograms(): void {
  isOver = true;
  for (const sessionId of running) killSession(sessionId);
}

/** A program that runs beside the bench, with everything that it starts: a session of its own. */
export class Program {
  readonly sessionId: number;
  /** Settles when the program has ended, with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #output = '';
  #hasEnded = false;

  private constructor(child: ChildProcess, sessionId: number) {
    this.sessionId = sessionId;
    this.#child = child;
    running.add(sessionId);
    const keep = (text: string): void => {
      this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS_MAX);
      for (const watcher of this.#watchers) watcher();
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    // What it started and left would keep its output open.
    child.once('exit', () => killSession(sessionId));
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#hasEnded = true;
        running.delete(sessionId);
        for (const watcher of this.#watchers) watcher();
        resolve(code);
      });
    });
  }

  /** @throws Error when it cannot be started, or all has ended. */
  static async start({ file, args, cwd, env }: Command): Promise<Program> {
    if (isOver) throw new Error(`${file} is not started: the benches have ended`);
    // Detached is a session of its own.
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    if (child.pid === undefined) throw new Error(`${file} has no process`);
    return new Program(child, child.pid);
  }

  /** The end of what it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Resolves as soon as what it has printed matches. @throws Error when it ends or the time is over before. */
  async printed(pattern: RegExp, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (pattern.test(this.#output)) resolve();
      else if (this.#hasEnded) reject(this.#failure('ended'));
    };
    const timer = setTimeout(() => reject(this.#failure(`did not say ${pattern} within ${timeoutMs} ms`)), timeoutMs);
    this.#watchers.add(look);
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(look);
    });
  }

  /** @throws Error that shows the end of its output, when it has ended. */
  assertRunning(): void {
    if (this.#hasEnded) throw this.#failure('ended');
  }

  /** Asks the program to end, and kills it when it does not; what it started ends with it. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#endWithin(END_MS_MAX);
  }

  /** Waits for the end. @throws Error that shows its output, when it ends with anything but 0 or has to be killed. */
  async expectEnd(timeoutMs: number): Promise<string> {
    const exitCode = await this.#endWithin(timeoutMs);
    if (exitCode === 0) return this.#output;
    throw this.#failure(`ended with ${exitCode ?? 'a signal'}`);
  }

  async #endWithin(timeoutMs: number): Promise<number | null> {
    const timer = setTimeout(() => killSession(this.sessionId), timeoutMs);
    return this.ended.finally(() => clearTimeout(timer));
  }

  #failure(what: string): Error {
    const command = this.#child.spawnargs.join(' ');
    return new Error(`${command} ${what}\n${this.#output.slice(-FAILURE_CHARACTERS_MAX)}`);
  }
}

function killSession(sessionId: number): void {
  killProcessGroup(sessionId);
  if (!canReadUsage) return;
  for (const { pid } of readSession(sessionId)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It ended meanwhile, which is what was wanted.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
