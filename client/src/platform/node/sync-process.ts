import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { SYNC_PROCESS_IDLE_MS, TOGETHER_MS_MAX } from './limits.ts';

/**
 * For each line that it reads it makes the file system of its directory durable, and prints the exit code of that. Only by the `sync` of GNU: that
 * of BusyBox says 0 whatever the system has answered.
 */
const SCRIPT = `
case "$(sync --version 2>/dev/null)" in *'GNU coreutils'*) ;; *) exit 1 ;; esac
while read -r _; do sync -f -- "$0" 2>/dev/null; echo "$?"; done`;

/**
 * Makes the file system of one directory durable, again and again: to start a process from this one takes it as long as the disk, so one is
 * started that starts the others. It ends by itself after a while without work, and with this process.
 */
export class SyncProcess {
  readonly #directory: string;
  #child: ChildProcess | undefined;
  #answer: ((code: number | undefined) => void) | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Resolves to the exit code of `sync`; undefined where it cannot be run, or takes too long. Precondition: it is not running. */
  async run(): Promise<number | undefined> {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    const child = this.#child;
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.#answer = resolve;
    child.stdin?.write('\n');
    const timer = setTimeout(() => this.#end(), TOGETHER_MS_MAX);
    const code = await promise.finally(() => clearTimeout(timer));
    this.#answer = undefined;
    this.#idle = setTimeout(() => this.#end(), SYNC_PROCESS_IDLE_MS).unref();
    return code;
  }

  #start(): ChildProcess {
    // It stays in no folder, which could not be unmounted then.
    const child: ChildProcess = spawn('sh', ['-c', SCRIPT, this.#directory], {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const gone = (): void => {
      if (this.#child === child) this.#end();
    };
    child.once('error', gone);
    child.once('close', gone);
    // Without descriptors left there are no pipes.
    child.stdin?.on('error', gone);
    // A code comes by one write of a few bytes.
    child.stdout?.on('data', (line: Buffer) => {
      if (this.#child === child) this.#answer?.(Number(line.toString()));
    });
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();
    return child;
  }

  /** What the disk is still doing for it goes on. */
  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
    this.#answer?.(undefined);
  }
}
