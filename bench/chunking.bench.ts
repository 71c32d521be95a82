import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GiB, MiB } from '@syncline/protocol';
import { build } from 'esbuild';
import { randomBytesOf } from '../test/support/random-bytes.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { CASYNC, type HashingPeer, OPENSSL, openPeers, RCLONE, RESTIC } from './chunking-peers.ts';
import { measureCutEdits } from './cut-edits.ts';
import { measureFinders } from './finder-speed.ts';
import { type MeasuredRun, measureRun } from './measured-run.ts';
import { peerEnvironment } from './peers/peer.ts';
import { PeerNotes } from './peers/peer-notes.ts';

const FILE_BYTES = GiB;
const PIECE_BYTES = 16 * MiB;
/** Holes read as zeros, and as fast as memory: memory that grew with the size of the file would show. */
const SPARSE_FILE_BYTES = 16 * GiB;
const ROUNDS = 7;

/** How fast is a file cut by content and hashed, beside hashing alone and beside other programs; and what does an edit cost? */
export async function benchChunking(context: BenchContext): Promise<BenchResult> {
  const directory = await context.makeDirectory('chunking');
  const rounds = context.rounds(ROUNDS);
  const notes = new PeerNotes(context.log);
  const fileBytes = context.scaled(FILE_BYTES);
  const files = ['one.bin', 'two.bin'].map((name) => writeFile(join(directory, name), fileBytes));
  const ours = await openOurs(directory);
  const [file = ''] = files;
  const whole = await passInTurns(notes, { directory, file, rounds, ours });
  const threads = await measureThreads(ours, { files, rounds });
  const sparse = sparseFile(join(directory, 'sparse.bin'), context.scaled(SPARSE_FILE_BYTES));
  const sparseRun = await ours(['threads', sparse]);
  for (const done of [...files, sparse]) rmSync(done);
  return {
    question: `How fast is a file of ${Math.round(fileBytes / MiB)} MiB cut by content and hashed, and what does an edit cost?`,
    figures: [
      ...whole.figures(fileBytes),
      ...measureFinders(rounds),
      ...threads,
      {
        name: `peak RSS, a file of ${Math.round(context.scaled(SPARSE_FILE_BYTES) / MiB)} MiB on a thread`,
        value: rssPeakBytes(sparseRun) / MiB,
        unit: 'MiB',
        aim: { most: 128 },
        target: 'P4',
      },
      ...(await measureCutEdits(context)),
    ],
    note: notes.toString(
      `whole processes on warm caches, in turns, medians of ${rounds}; ratios of the runs of one turn`,
    ),
  };
}

type RunOurs = (args: readonly string[], processors?: 'all' | 'one') => Promise<MeasuredRun>;

/** The program as the client is published: bundled, with its thread beside it. */
async function openOurs(directory: string): Promise<RunOurs> {
  const outdir = join(directory, 'bundle');
  await build({
    entryPoints: {
      'chunking-process': join(import.meta.dirname, 'chunking-process.ts'),
      'cutting-thread': join(import.meta.dirname, '../client/src/platform/node/cutting-thread.ts'),
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
  });
  const program = join(outdir, 'chunking-process.mjs');
  const env = peerEnvironment(directory);
  return (args, processors = 'all') => {
    const node = [process.execPath, program, ...args];
    const [file = '', ...rest] =
      processors === 'one' && process.platform === 'linux' ? ['taskset', '-c', '0', ...node] : node;
    return measureRun({ file, args: rest, env, cwd: directory });
  };
}

function writeFile(file: string, size: number): string {
  const descriptor = openSync(file, 'w');
  for (let at = 0; at < size; at += PIECE_BYTES) {
    writeSync(descriptor, randomBytesOf(`${file} ${at}`, Math.min(PIECE_BYTES, size - at)));
  }
  closeSync(descriptor);
  return file;
}

function sparseFile(file: string, size: number): string {
  const descriptor = openSync(file, 'w');
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
  return file;
}

interface WholeRuns {
  readonly directory: string;
  readonly file: string;
  readonly rounds: number;
  readonly ours: RunOurs;
}

/** Every program once in each turn, ours between the others. */
async function passInTurns(notes: PeerNotes, { directory, file, rounds, ours }: WholeRuns) {
  const peers = await openPeers(notes, directory);
  const own: MeasuredRun[] = [];
  const runs = new Map<HashingPeer, MeasuredRun[]>();
  const pass = async (): Promise<void> => {
    own.push(await ours(['here', file]));
    for (const [peer, run] of peers) {
      const measured = await notes.attempt(peer, () => run(file));
      if (measured !== undefined) runs.set(peer, [...(runs.get(peer) ?? []), measured]);
    }
  };
  await pass();
  own.length = 0;
  runs.clear();
  for (let round = 0; round < rounds; round++) await pass();
  return { figures: (bytes: number) => describeWhole(bytes, own, runs) };
}

function describeWhole(
  bytes: number,
  own: readonly MeasuredRun[],
  runs: ReadonlyMap<HashingPeer, readonly MeasuredRun[]>,
): readonly Figure[] {
  const speed = (all: readonly MeasuredRun[]) => bytes / 1e6 / median(all.map(({ wallSeconds }) => wallSeconds));
  const times = (peer: HashingPeer, of: 'wallSeconds' | 'cpuSeconds') =>
    median((runs.get(peer) ?? []).map((run, round) => run[of] / (own[round]?.[of] ?? Number.NaN)));
  const ratios: readonly (readonly [HashingPeer, 'wallSeconds' | 'cpuSeconds', number | undefined, string])[] = [
    [OPENSSL, 'wallSeconds', 1, 'P1'],
    [RESTIC, 'wallSeconds', 5, 'P2'],
    [RESTIC, 'cpuSeconds', 8, 'P2'],
    [RCLONE, 'wallSeconds', 2.2, 'P2'],
    [CASYNC, 'wallSeconds', undefined, 'P2'],
  ];
  return [
    { name: 'cut and hashed on one thread', value: speed(own), unit: 'MB/s' },
    {
      name: 'peak RSS of it',
      value: median(own.map(rssPeakBytes)) / MiB,
      unit: 'MiB',
      aim: { most: 128 },
      target: 'P4',
    },
    ...[...runs].map(([{ name }, all]) => ({ name, value: speed(all), unit: 'MB/s' })),
    ...ratios.flatMap(([peer, of, least, target]) =>
      runs.has(peer)
        ? [
            {
              name: `${of === 'wallSeconds' ? 'time' : 'processor time'} of ${peer.name}, in ours`,
              value: times(peer, of),
              unit: '×',
              ...(least === undefined ? {} : { aim: { least }, target }),
            },
          ]
        : [],
    ),
  ];
}

async function measureThreads(
  ours: RunOurs,
  { files, rounds }: { readonly files: readonly string[]; readonly rounds: number },
): Promise<readonly Figure[]> {
  const gains: number[] = [];
  const gainsOfThreads: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const pinned = await ours(['threads', ...files.slice(0, 1)], 'one');
    const one = await ours(['threads', ...files.slice(0, 1)]);
    const all = await ours(['threads', ...files]);
    gainsOfThreads.push((files.length * pinned.wallSeconds) / all.wallSeconds);
    gains.push((files.length * one.wallSeconds) / all.wallSeconds);
    peaks.push(rssPeakBytes(all));
  }
  return [
    // A file that comes alone is read by another processor than the one that cuts it: the aim holds against that all the same.
    {
      name: 'two files on two threads, against one that is read ahead',
      value: median(gains),
      unit: '×',
      aim: { least: 1.7 },
      target: 'P4',
    },
    { name: 'two files on two threads, against one on one processor', value: median(gainsOfThreads), unit: '×' },
    { name: 'peak RSS of it', value: median(peaks) / MiB, unit: 'MiB', aim: { most: 128 }, target: 'P4' },
  ];
}

function rssPeakBytes({ output }: MeasuredRun): number {
  return (JSON.parse(output) as { readonly rssPeakBytes: number }).rssPeakBytes;
}
