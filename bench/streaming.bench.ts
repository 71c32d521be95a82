import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GiB, MiB } from '@syncline/protocol';
import { writeLargeFile } from '../test/support/real-tree.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { openServiceRoute, type ServiceRoute } from './carriers/service-route.ts';
import { machineMs } from './machine-clock.ts';
import { LONG_RUN_MS_MAX } from './peers/limits.ts';
import { PeerNotes } from './peers/peer-notes.ts';
import { syncline } from './peers/syncline.ts';
import { syncthing } from './peers/syncthing.ts';
import { type S3Stub, startS3Stub } from './s3-stub.ts';
import { type RunningPair, startPair } from './tree-passage.ts';

const FILE_BYTES = GiB;
const ROUNDS = 3;
const LOOK_PAUSE_MS = 5;
const SHARE_PERCENT_MAX = 15;
/** Of the link that is measured beside none. */
const LINK_MBIT = 1000;

/**
 * How long after a large file is sent is it there on the other device? On one machine all parts share its processors, so that what one
 * side does the other has to wait for; a link of a rate that they can keep up with shows what remains of it between machines.
 */
export async function benchStreaming(context: BenchContext): Promise<BenchResult> {
  const directory = await context.makeDirectory('streaming');
  const notes = new PeerNotes(context.log);
  const rounds = context.rounds(ROUNDS);
  const bytes = context.scaled(FILE_BYTES);
  const figures: Figure[] = [];
  for (const linkMbit of [undefined, context.linkMbit ?? LINK_MBIT]) {
    const place = join(directory, `link ${linkMbit ?? 'of the machine'}`);
    figures.push(...describe(await passFiles({ notes, directory: place, bytes, rounds, linkMbit }), linkMbit));
  }
  return {
    question: `How long after its upload is a file of ${Math.round(bytes / MiB)} MiB on the other device?`,
    figures,
    note: notes.toString(
      `medians of ${rounds} rounds in turns; both devices, service and store share this machine. A link has its rate in each ` +
        'direction: of A to the store, and of the store to B; of Syncthing, by its own limit, of A to B',
    ),
  };
}

interface StreamingJob {
  readonly notes: PeerNotes;
  readonly directory: string;
  readonly bytes: number;
  readonly rounds: number;
  /** Of the links of the devices; as fast as the machine when undefined. */
  readonly linkMbit: number | undefined;
}

interface Passages {
  readonly own: readonly Passage[];
  readonly others: readonly Passage[];
}

/** Passes files from A to B by us and by Syncthing, in turns. */
async function passFiles({ notes, directory, bytes, rounds, linkMbit }: StreamingJob): Promise<Passages> {
  const stub = await startS3Stub({ linkMbit });
  const route = await openServiceRoute({ stub, rttMs: 0 });
  const bench: StreamingBench = { directory, bytes, route, stub };
  const ours = syncline({ name: 'Syncline', apiUrl: route.service.url, sides: ['a', 'b'] });
  const theirs = syncthing({ name: 'Syncthing, asked to scan', watcherDelaySeconds: 10, linkMbit });
  const pairs: RunningPair[] = [];
  const [own, others]: [Passage[], Passage[]] = [[], []];
  try {
    for (const peer of [ours, theirs]) {
      const pair = await notes.attempt(peer, () => startPair(peer, join(directory, peer.name)));
      if (pair === undefined) continue;
      pairs.push(pair);
    }
    for (let round = 0; round < rounds; round++) {
      for (const pair of pairs) {
        const isOurs = pair === pairs[0];
        const passage = await notes.attempt(isOurs ? ours : theirs, () => passFile(bench, pair, `file ${round}`));
        if (passage !== undefined) (isOurs ? own : others).push(passage);
      }
    }
  } finally {
    for (const { pair } of pairs) await pair.stop();
    route.close();
    stub.stop();
  }
  return { own, others };
}

interface StreamingBench {
  readonly directory: string;
  readonly bytes: number;
  readonly route: ServiceRoute;
  readonly stub: S3Stub;
}

interface Passage {
  /** From the moment at which the file is in folder a, until it is in folder b. */
  readonly totalMs: number;
  /** Until the commit was answered; undefined for whom has none. */
  readonly uploadMs: number | undefined;
}

async function passFile(bench: StreamingBench, { pair, a, b }: RunningPair, name: string): Promise<Passage> {
  const { directory, bytes, route, stub } = bench;
  const made = join(directory, 'made');
  await mkdir(made, { recursive: true });
  const source = join(made, name);
  await writeLargeFile(source, { bytes, seed: `${a} ${name}` });
  const hash = await hashOf(source);
  await route.service.takeWork();
  await rename(source, join(a, name));
  const movedAt = machineMs();
  const looking = pair.lookNow?.('a');
  const target = join(b, name);
  while (!existsSync(target)) {
    if (machineMs() - movedAt > LONG_RUN_MS_MAX) throw new Error(`${name} has not come`);
    await sleep(LOOK_PAUSE_MS);
  }
  const arrivedAt = machineMs();
  await looking;
  if ((await hashOf(target)) !== hash) throw new Error(`${name} came with other bytes`);
  const work = await route.service.takeWork();
  const committedAt = work.findLast(({ request, end }) => request === 'commit' && end < arrivedAt)?.end;
  // Both sides are let know that it is gone, and the store forgets it, outside of all times.
  await rm(join(a, name));
  await stub.clear();
  return {
    totalMs: arrivedAt - movedAt,
    uploadMs: committedAt === undefined ? undefined : committedAt - movedAt,
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 4 * MiB })) hash.update(part as Buffer);
  return hash.digest('hex');
}

function describe({ own, others }: Passages, linkMbit: number | undefined): readonly Figure[] {
  const link = linkMbit === undefined ? 'on one machine' : `at ${linkMbit} Mbit/s`;
  const uploads = own.flatMap(({ uploadMs, totalMs }) => (uploadMs === undefined ? [] : [{ uploadMs, totalMs }]));
  const figures: Figure[] = [];
  if (uploads.length > 0) {
    const after = uploads.map(({ uploadMs, totalMs }) => ({ uploadMs, afterMs: totalMs - uploadMs }));
    figures.push(
      {
        name: `Syncline, ${link}: upload on A`,
        value: median(after.map(({ uploadMs }) => uploadMs)) / 1000,
        unit: 's',
      },
      {
        name: `Syncline, ${link}: from the end of the upload until it is on B`,
        value: median(after.map(({ afterMs }) => afterMs)) / 1000,
        unit: 's',
      },
      {
        name: `Syncline, ${link}: the same, of the time of the upload`,
        value: median(after.map(({ uploadMs, afterMs }) => (100 * afterMs) / uploadMs)),
        unit: '%',
        target: 'P16',
        aim: { most: SHARE_PERCENT_MAX },
      },
    );
  }
  if (own.length > 0) figures.push({ name: `Syncline, ${link}: from A to B`, value: total(own) / 1000, unit: 's' });
  if (others.length > 0) {
    figures.push(
      { name: `Syncthing, asked to scan, ${link}: from A to B`, value: total(others) / 1000, unit: 's' },
      { name: `from A to B, ${link}, against Syncthing`, value: total(others) / total(own), unit: '×' },
    );
  }
  return figures;
}

function total(passages: readonly Passage[]): number {
  return median(passages.map(({ totalMs }) => totalMs));
}
