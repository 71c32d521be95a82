import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArrivalWatch } from './arrival-watch.ts';
import { coveredMs, machineMs } from './machine-clock.ts';
import type { Work } from './memory-service.ts';
import { type PassageStages, stagesOf } from './passage-stages.ts';
import type { LinkedPair, Peer } from './peers/peer.ts';

/** After this a file counts as one that never came. */
const ARRIVAL_MS_MAX = 60_000;

/** A peer, and how its service is asked what it has worked on, where it can tell. */
export interface LatencySubject {
  readonly peer: Peer;
  readonly takeWork?: () => Promise<readonly Work[]>;
  /** The aims for its p50 and p95, where there are any. */
  readonly p50MsMax?: number;
  readonly p95MsMax?: number;
}

/** What became of one file. */
export interface Passage {
  /** From the return of `close` until the file is complete on the other side; the longest wait when it never came. */
  readonly latencyMs: number;
  readonly hasCome: boolean;
  /** Of that, the time in which the service was at work; undefined where it cannot tell. */
  readonly serviceMs: number | undefined;
  readonly stages: PassageStages | undefined;
}

/** One peer that runs over two folders, and to which files are given. */
export class LatencyRun {
  readonly subject: LatencySubject;
  readonly #pair: LinkedPair;
  readonly #folder: string;
  readonly #watch: ArrivalWatch;
  #files = 0;

  private constructor(
    subject: LatencySubject,
    linked: { readonly pair: LinkedPair; readonly a: string; readonly b: string },
  ) {
    this.subject = subject;
    this.#pair = linked.pair;
    this.#folder = linked.a;
    this.#watch = new ArrivalWatch(linked.b);
  }

  /** Links two folders in `directory`, starts what has to run, and waits until it rests. */
  static async start(subject: LatencySubject, directory: string): Promise<LatencyRun> {
    const [a, b, state] = [join(directory, 'a'), join(directory, 'b'), join(directory, 'state')];
    for (const folder of [a, b, state]) await mkdir(folder, { recursive: true });
    // rclone takes an empty folder for one whose disk is away.
    for (const folder of [a, b]) await writeFile(join(folder, 'first.txt'), 'the same on both sides\n');
    const pair = await subject.peer.link({ a, b, state });
    const run = new LatencyRun(subject, { pair, a, b });
    try {
      if (pair.kind === 'daemons') {
        for (const side of pair.sides) await pair.start(side);
        for (const side of pair.sides) await pair.waitIdle(side);
      }
      return run;
    } catch (error) {
      await run.stop();
      throw error;
    }
  }

  /** Writes one file on side a and waits until it is on side b. */
  async carryFile(sizeBytes: number): Promise<Passage> {
    this.#files += 1;
    const name = `file ${this.#files}.bin`;
    const bytes = randomBytes(sizeBytes);
    await this.subject.takeWork?.();
    const arriving = this.#watch.arrival(name, bytes, ARRIVAL_MS_MAX);
    const file = openSync(join(this.#folder, name), 'w');
    writeSync(file, bytes);
    closeSync(file);
    const closedAt = machineMs();
    const running = this.#pair.kind === 'batch' ? this.#pair.run() : Promise.resolve();
    const [arrivedAt] = await Promise.all([arriving, running]);
    if (arrivedAt === undefined) {
      return { latencyMs: ARRIVAL_MS_MAX, hasCome: false, serviceMs: undefined, stages: undefined };
    }
    const whole = { start: closedAt, end: arrivedAt };
    const work = await this.subject.takeWork?.();
    return {
      latencyMs: arrivedAt - closedAt,
      hasCome: true,
      serviceMs: work === undefined ? undefined : coveredMs(whole, work),
      stages: work === undefined ? undefined : stagesOf(whole, work),
    };
  }

  async stop(): Promise<void> {
    this.#watch.close();
    if (this.#pair.kind === 'daemons') await this.#pair.stop();
  }
}
