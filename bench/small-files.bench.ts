import { join } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { type Carried, carryInTurns } from './carriers/carry-in-turns.ts';
import {
  describeRequests,
  describeSpeeds,
  figureIf,
  medianSeconds,
  putsOf,
  timesLonger,
} from './carriers/describe-carried.ts';
import { passTreesInTurns, type TreePassages } from './pass-trees-in-turns.ts';
import { PeerNotes } from './peers/peer-notes.ts';
import { type RandomTree, writeRandomTree } from './random-tree.ts';

const FILES = 10_000;
const FOLDERS = 100;
const MEDIAN_BYTES = 4096;
const ROUNDS = 7;
/** Syncthing takes twenty seconds for each. */
const PASSAGE_ROUNDS = 3;
/** For 10,000 files. */
const API_CALLS_MAX = 200;
const PUTS_MAX = 15;

/** How many small files a second, to a store and from it, and from one device to another, by us and by others? */
export async function benchSmallFiles(context: BenchContext): Promise<BenchResult> {
  const directory = await context.makeDirectory('small-files');
  const notes = new PeerNotes(context.log);
  const files = context.scaled(FILES);
  const tree: RandomTree = { files, folders: FOLDERS, medianBytes: MEDIAN_BYTES, isUniform: false, seed: 'small' };
  const source = join(directory, 'source');
  const bytes = writeRandomTree(source, tree);
  const [rounds, passageRounds] = [context.rounds(ROUNDS), context.rounds(PASSAGE_ROUNDS)];
  const all = await carryInTurns(notes, { source, directory, rounds, rttMs: 0, removesTargets: false });
  const passages = await passTreesInTurns(notes, {
    directory: join(directory, 'pairs'),
    tree,
    rounds: passageRounds,
    rttMs: 0,
  });
  const speeds = [
    ...describeSpeeds(all, { amount: files, unit: 'files/s' }),
    ...passages.map(({ name, seconds }) => ({
      name: `${name}: from A to B`,
      value: files / median(seconds),
      unit: 'files/s',
    })),
  ];
  const first =
    `${files.toLocaleString('en')} files, ${Math.round(bytes / 1e6)} MB, half of them below ${MEDIAN_BYTES} bytes; ` +
    `medians of ${rounds} rounds, from A to B of ${passageRounds}`;
  return {
    question: 'How many small files a second, with everything that belongs to them?',
    figures: [...speeds, ...describeTargets(all, passages), ...describeRequests(all)],
    note: notes.toString(first),
  };
}

function describeTargets(all: readonly Carried[], passages: readonly TreePassages[]): readonly Figure[] {
  const ours = all.find(({ carrier }) => carrier.isOurs);
  const passing = (start: string): number | undefined => {
    const seconds = passages.find(({ name }) => name.startsWith(start))?.seconds;
    return seconds === undefined ? undefined : median(seconds);
  };
  const [own, asked, byDefault] = [passing('Syncline'), passing('Syncthing, asked'), passing('Syncthing, default')];
  const upSeconds = ours === undefined ? undefined : medianSeconds(ours.up);
  const apiCalls = ours?.up.map(({ apiCalls: calls }) => calls ?? 0);
  const P7 = { unit: '×', target: 'P7' } as const;
  return [
    ...figureIf(timesLonger(all, 'rclone', 'up'), {
      name: 'up, against rclone copy',
      ...P7,
      aim: { least: 3 },
    }),
    ...figureIf(timesLonger(all, 'restic', 'up'), { name: 'up, against restic backup', ...P7, aim: { least: 2 } }),
    ...figureIf(against(asked, upSeconds), {
      name: 'up, against Syncthing from A to B, asked to scan',
      ...P7,
      aim: { least: 7 },
    }),
    ...figureIf(against(asked, own), { name: 'from A to B, against Syncthing, asked to scan', unit: '×' }),
    ...figureIf(against(byDefault, own), { name: 'from A to B, against Syncthing by default', unit: '×' }),
    ...figureIf(timesLonger(all, 'rclone', 'down'), { name: 'down, against rclone copy', unit: '×' }),
    ...figureIf(timesLonger(all, 'restic', 'down'), { name: 'down, against restic restore', unit: '×' }),
    ...figureIf(apiCalls === undefined ? undefined : median(apiCalls), {
      name: 'API calls, up',
      unit: 'calls',
      target: 'P15',
      aim: { most: API_CALLS_MAX },
    }),
    ...figureIf(ours === undefined ? undefined : median(ours.up.map(putsOf)), {
      name: 'PUTs, up',
      unit: 'PUTs',
      target: 'P15',
      aim: { most: PUTS_MAX },
    }),
  ];
}

function against(other: number | undefined, seconds: number | undefined): number | undefined {
  return other === undefined || seconds === undefined ? undefined : other / seconds;
}
