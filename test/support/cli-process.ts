import { spawn } from 'node:child_process';
import { testedCommand } from '../../client/test/tested-command.ts';

/** A command that hangs is a failure, not a reason to wait for ever. */
const COMMAND_MS_MAX = 15 * 60_000;

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One installation of the command line: its own SYNCLINE_HOME, so its own device. */
export class CliDevice {
  readonly home: string;
  readonly #apiUrl: string;
  readonly #command: string;

  /** `command`: the file that is run, where it is not that of all tests. */
  constructor(options: { readonly home: string; readonly apiUrl: string; readonly command?: string }) {
    this.home = options.home;
    this.#apiUrl = options.apiUrl;
    this.#command = options.command ?? testedCommand();
  }

  /** Runs one command as a process of its own and waits for its end. */
  run(args: readonly string[], stdin?: string): Promise<CliResult> {
    const child = spawn(process.execPath, [this.#command, ...args], {
      cwd: this.home,
      env: { ...process.env, NODE_OPTIONS: '', SYNCLINE_HOME: this.home, SYNCLINE_API: this.#apiUrl, NO_COLOR: '1' },
      timeout: COMMAND_MS_MAX,
    });
    child.stdin.end(stdin ?? '');
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => stdout.push(part));
    child.stderr.on('data', (part: Buffer) => stderr.push(part));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => {
        resolve({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
      });
    });
  }

  /** As `run`, but any exit code other than 0 is an error that shows what the command printed. */
  async expect(args: readonly string[], stdin?: string): Promise<CliResult> {
    const result = await this.run(args, stdin);
    if (result.exitCode !== 0) {
      throw new Error(`syncline ${args.join(' ')} ended with ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
    }
    return result;
  }

  /** Runs a command with `--json` and reads its document. */
  async json(args: readonly string[], stdin?: string): Promise<unknown> {
    return JSON.parse((await this.expect([...args, '--json'], stdin)).stdout);
  }
}
