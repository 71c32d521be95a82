import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerNotes } from '../peers/peer-notes.ts';
import { startS3Stub } from '../s3-stub.ts';
import { measureTree } from '../tree-size.ts';
import { type Carrier, type CarrierRun, timeRun } from './carrier.ts';
import { rcloneCopy } from './rclone-copy.ts';
import { resticBackup } from './restic-backup.ts';
import { synclineOnce } from './syncline-once.ts';

export interface CarryJob {
  readonly source: string;
  /** For what is made here; it is removed by who gives it, at the end of all. */
  readonly directory: string;
  readonly rounds: number;
  readonly rttMs: number;
  /** Of the link between every carrier and the store. */
  readonly linkMbit?: number | undefined;
  /** Removes what came down after each round: for few large files, which cost a file system nothing to remove. */
  readonly removesTargets: boolean;
}

/** One carrier, and what it took in each round. */
export interface Carried {
  readonly carrier: Carrier;
  readonly up: readonly CarrierRun[];
  readonly down: readonly CarrierRun[];
}

/** Carries a folder up and down by each carrier, in turns. Who is not installed, or fails, is left out, and noted. */
export async function carryInTurns(notes: PeerNotes, job: CarryJob): Promise<readonly Carried[]> {
  const all = [synclineOnce(), rcloneCopy(), resticBackup()].map((carrier) => ({
    carrier,
    up: [] as CarrierRun[],
    down: [] as CarrierRun[],
  }));
  const stub = await startS3Stub({ linkMbit: job.linkMbit });
  try {
    for (let round = 0; round < job.rounds; round++) {
      for (const [index, { carrier, up, down }] of all.entries()) {
        const directory = join(job.directory, `round ${round} of ${index}`);
        const run = await notes.attempt(carrier, () => carryOnce(carrier, { ...job, directory, stub }));
        await stub.clear();
        if (run === undefined) continue;
        up.push(run.up);
        down.push(run.down);
      }
    }
  } finally {
    stub.stop();
  }
  return all.filter(({ up }) => up.length === job.rounds);
}

async function carryOnce(
  carrier: Carrier,
  job: Parameters<Carrier['prepare']>[0] & Pick<CarryJob, 'removesTargets'>,
): Promise<{ readonly up: CarrierRun; readonly down: CarrierRun }> {
  await mkdir(job.directory, { recursive: true });
  const prepared = await carrier.prepare(job);
  try {
    const timed = { stub: job.stub, prepared };
    const up = await timeRun(timed, 'up');
    const down = await timeRun(timed, 'down');
    const [sent, come] = [measureTree(job.source), measureTree(prepared.target)];
    if (sent.files !== come.files || sent.bytes !== come.bytes) {
      throw new Error(`${come.files} files of ${come.bytes} bytes came, of ${sent.files} of ${sent.bytes}`);
    }
    if (job.removesTargets) await rm(prepared.target, { recursive: true });
    return { up, down };
  } finally {
    await prepared.close();
  }
}
