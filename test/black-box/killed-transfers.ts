import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MiB } from '@syncline/protocol';
import { newEmail } from '../support/api-device.ts';
import type { TrafficCounts } from '../support/content-traffic.ts';
import type { HttpService } from '../support/http-service.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { DaemonDevice } from './daemon-device.ts';

const run = promisify(execFile);
/** A line for each of many files that have not arrived. */
const DIFFERENCE_BYTES_MAX = 64 * MiB;
/** Longest pause between the count that a kill waits for and the kill. */
const KILL_MS_MAX = 50;
/** How long a killed device is left alone at most. */
const DOWN_MS_MAX = 300;
/** What makes no progress for so long, and for as long as it takes to read the file slowly, does not come to its end. */
const STILL_MS_MAX = 120_000;
const SLOW_BYTES_PER_MS = 20_000;
const LOOK_MS = 100;

/** Devices of one account whose daemons are killed while they carry contents. */
export interface KilledTransfers {
  readonly service: HttpService;
  readonly seed: string;
  /** Writes what is to travel into the folder of the sender. */
  readonly write: (folder: string) => Promise<void>;
  /** Bytes of what is to travel. */
  readonly bytes: number;
  /** How often the sender is killed while its contents go out, and the receiver while they come in. */
  readonly kills: { readonly sender: number; readonly receiver: number };
  /** Between which shares of the bytes they are killed. @default [0, 1] */
  readonly within?: readonly [number, number];
}

export interface KilledTransfersReport {
  readonly kills: number;
  readonly seconds: number;
  readonly traffic: TrafficCounts;
  /** The most that a daemon of each side has had in RAM, in bytes; 0 where the system does not tell it. */
  readonly rssPeakBytes: { readonly sender: number; readonly receiver: number };
}

/**
 * Lets a sender and a receiver carry a folder over while both are killed at moments that the seed chooses, each within a share of the bytes of
 * its own, and starts them again. At every kill the receiver's folder has no name that the sender's has not, and at the end
 * both hold the same bytes. Ends all processes that it has started.
 * @throws Error that tells what stands where it should not, or that nothing comes any more.
 */
export async function runKilledTransfers(options: KilledTransfers): Promise<KilledTransfersReport> {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-killed-'));
  const place = { apiUrl: options.service.url, email: newEmail(), directory };
  const devices: DaemonDevice[] = [];
  try {
    const sender = await DaemonDevice.link({ ...place, name: 'sender' });
    devices.push(sender);
    const receiver = await DaemonDevice.link({ ...place, name: 'receiver' });
    devices.push(receiver);
    return await new Transfers(options, { sender, receiver }).run();
  } finally {
    await Promise.all(devices.map((device) => device.kill()));
    rmSync(directory, { recursive: true, force: true });
  }
}

class Transfers {
  readonly #options: KilledTransfers;
  readonly #sender: DaemonDevice;
  readonly #receiver: DaemonDevice;
  readonly #ending = new AbortController();
  #kills = 0;

  constructor(options: KilledTransfers, devices: { readonly sender: DaemonDevice; readonly receiver: DaemonDevice }) {
    this.#options = options;
    this.#sender = devices.sender;
    this.#receiver = devices.receiver;
  }

  async run(): Promise<KilledTransfersReport> {
    const { service, write, kills } = this.#options;
    const startMs = performance.now();
    await write(this.#sender.folder);
    this.#sender.start();
    this.#receiver.start();
    const killing = Promise.all([
      this.#killAll(this.#sender, kills.sender, ({ stored }) => stored),
      this.#killAll(this.#receiver, kills.receiver, ({ fetched }) => fetched),
    ]);
    try {
      await Promise.race([killing.then(() => this.#arrived()), this.#stoodStill()]);
    } finally {
      this.#ending.abort();
      await killing.catch(() => undefined);
    }
    return {
      kills: this.#kills,
      seconds: (performance.now() - startMs) / 1000,
      traffic: service.traffic.counts,
      rssPeakBytes: { sender: this.#sender.rssPeakBytes(), receiver: this.#receiver.rssPeakBytes() },
    };
  }

  /** Kills a device soon after each of some counts, and starts it again. */
  async #killAll(device: DaemonDevice, kills: number, count: (counts: TrafficCounts) => number): Promise<void> {
    const { service, seed, bytes, within: [from, to] = [0, 1] } = this.#options;
    const random = new SeededRandom(`${seed} ${device.name}`);
    const share = (): number => from + (to - from) * random.fraction();
    const marks = Array.from({ length: kills }, () => share() * bytes).toSorted((a, b) => a - b);
    const { signal } = this.#ending;
    for (const mark of marks) {
      await service.traffic.until((counts) => count(counts) >= mark, signal);
      await pause(random.fraction() * KILL_MS_MAX);
      if (signal.aborted) return;
      await device.kill();
      this.#kills += 1;
      await this.#expectNothingElse();
      await pause(random.fraction() * DOWN_MS_MAX);
      device.start();
    }
  }

  /** What has no place in the sender's folder is a part of a file, or the file of nobody. */
  async #expectNothingElse(): Promise<void> {
    for (const name of readdirSync(this.#receiver.folder, { recursive: true, encoding: 'utf8' })) {
      if (name === '.syncline' || name.startsWith('.syncline/')) continue;
      const path = join(this.#sender.folder, name);
      if (!existsSync(path)) throw new Error(`the receiver has '${name}', which nobody made`);
    }
    const { stdout } = await this.#difference();
    const differing = stdout.split('\n').filter((line) => line.startsWith('Files '));
    if (differing.length > 0) throw new Error(`after a kill a part stands under a name:\n${differing.join('\n')}`);
  }

  /** Resolves when both sides rest and hold the same. */
  async #arrived(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const states = await Promise.all([this.#sender.status(), this.#receiver.status()]);
      const isAtRest = states.every((status) => status?.state === 'idle' && status.problemCount === 0);
      if (isAtRest && (await this.#difference()).stdout === '') return;
      await pause(LOOK_MS);
    }
  }

  async #stoodStill(): Promise<never> {
    const { service, bytes } = this.#options;
    const { traffic } = service;
    const stillMsMax = STILL_MS_MAX + bytes / SLOW_BYTES_PER_MS;
    for (let last = '', sinceMs = performance.now(); ; ) {
      await pause(LOOK_MS);
      if (this.#ending.signal.aborted) return new Promise(() => undefined);
      const now = JSON.stringify([traffic.counts, this.#kills]);
      if (now !== last) sinceMs = performance.now();
      last = now;
      if (performance.now() - sinceMs < stillMsMax) continue;
      const states = await Promise.all([this.#sender.status(), this.#receiver.status()]);
      const outputs = `${this.#sender.output}\n${this.#receiver.output}`;
      throw new Error(`nothing comes any more: ${now} ${JSON.stringify(states)}\n${outputs}`);
    }
  }

  /** What `diff` finds to be different: nothing when both folders hold the same bytes under the same names. */
  async #difference(): Promise<{ readonly stdout: string }> {
    const [from, to] = [this.#sender.folder, this.#receiver.folder];
    try {
      const args = ['--recursive', '--brief', '--exclude=.syncline', from, to];
      return await run('diff', args, { maxBuffer: DIFFERENCE_BYTES_MAX });
    } catch (failure) {
      const { code, stdout } = failure as { readonly code?: unknown; readonly stdout?: string };
      if (code === 1 && stdout !== undefined) return { stdout };
      throw failure;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
