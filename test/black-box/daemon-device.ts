import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KiB } from '@syncline/protocol';
import { connectDaemon } from '../../client/src/daemon/control-client.ts';
import { ControlError } from '../../client/src/daemon/control-error.ts';
import type { FolderStatus } from '../../client/src/daemon/daemon-status.ts';
import { testedCommand } from '../../client/test/tested-command.ts';
import { PASSWORD } from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';

/** What a daemon has said last, for a report. */
const OUTPUT_CHARS_MAX = 4000;

export interface DaemonPlace {
  readonly apiUrl: string;
  readonly email: string;
  readonly directory: string;
  readonly name: string;
}

/** An installation with a home and a real folder, whose daemon is a child of this process and can be killed at any moment. */
export class DaemonDevice {
  readonly name: string;
  readonly folder: string;
  readonly #home: string;
  readonly #apiUrl: string;
  #child: ChildProcess | undefined;
  #output = '';
  #rssPeakBytes = 0;

  private constructor(place: DaemonPlace) {
    this.name = place.name;
    this.#apiUrl = place.apiUrl;
    this.#home = join(place.directory, `home ${place.name}`);
    this.folder = join(place.directory, `folder ${place.name}`);
  }

  /** Signed in and linked; nothing runs yet. */
  static async link(place: DaemonPlace): Promise<DaemonDevice> {
    const device = new DaemonDevice(place);
    mkdirSync(device.#home, { recursive: true });
    mkdirSync(device.folder, { recursive: true });
    const cli = new CliDevice({ home: device.#home, apiUrl: place.apiUrl });
    const words = ['login', '--email', place.email, '--password-stdin', '--device-name', place.name];
    await cli.expect(words, `${PASSWORD}\n`);
    await cli.expect(['link', device.folder]);
    return device;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** The most that any of its daemons has had in RAM until now, in bytes; 0 where the system does not tell it. */
  rssPeakBytes(): number {
    const status = `/proc/${this.#child?.pid ?? 0}/status`;
    const peak = existsSync(status) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1] : undefined;
    this.#rssPeakBytes = Math.max(this.#rssPeakBytes, Number(peak ?? 0) * KiB);
    return this.#rssPeakBytes;
  }

  start(): void {
    if (this.#child !== undefined) return;
    const child = spawn(process.execPath, [testedCommand(), 'start', '--foreground'], {
      cwd: this.#home,
      env: { ...process.env, NODE_OPTIONS: '', SYNCLINE_HOME: this.#home, SYNCLINE_API: this.#apiUrl, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (part: Buffer): void => {
      this.#output = (this.#output + part.toString()).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    this.#child = child;
  }

  /** As a power cut ends it. Answers when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.rssPeakBytes();
    this.#child = undefined;
    if (child === undefined) return;
    const isGone = new Promise((resolve) => void child.once('close', resolve));
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    else return;
    await isGone;
  }

  /** What its folder does; undefined while it does not answer. Says on the way that deletes are meant. */
  async status(): Promise<FolderStatus | undefined> {
    if (this.#child !== undefined && this.#child.exitCode !== null)
      throw new Error(`the daemon of ${this.name} has ended:\n${this.#output}`);
    const daemon = await connectDaemon(this.#home);
    try {
      const folder = (await daemon?.request('status', {}))?.folders[0];
      if (folder?.state === 'mass-change') await daemon?.request('resume', { acceptDeletes: true });
      return folder;
    } catch (failure) {
      // It was killed, or is not that far yet.
      if (failure instanceof ControlError) return undefined;
      throw failure;
    } finally {
      daemon?.close();
    }
  }

  /** Lets it look at both sides once more. */
  async syncNow(): Promise<void> {
    const daemon = await connectDaemon(this.#home);
    try {
      await daemon?.request('sync-now', { acceptDeletes: true }, { msMax: 'none' });
    } finally {
      daemon?.close();
    }
  }

  /** What the daemon has printed last. */
  get output(): string {
    return this.#output;
  }
}
