import { join } from 'node:path';
import { MiB } from '@syncline/protocol';
import type { BenchContext } from './bench-context.ts';
import type { BenchResult } from './bench-report.ts';
import { carryInTurns } from './carriers/carry-in-turns.ts';
import { describeRequests, describeSpeeds, figureIf, timesLonger } from './carriers/describe-carried.ts';
import { describeLink } from './link-rate.ts';
import { PeerNotes } from './peers/peer-notes.ts';
import { writeRandomTree } from './random-tree.ts';

const FILES = 64;
const FILE_BYTES = 16 * MiB;
const ROUNDS = 3;
const MB = 1_000_000;

/** How fast do large files go to a store and come from it, by us and by others? */
export async function benchLargeFiles(context: BenchContext): Promise<BenchResult> {
  const directory = await context.makeDirectory('large-files');
  const notes = new PeerNotes(context.log);
  const source = join(directory, 'source');
  const files = context.scaled(FILES);
  const bytes = writeRandomTree(source, { files, folders: 8, medianBytes: FILE_BYTES, isUniform: true, seed: 'large' });
  const rounds = context.rounds(ROUNDS);
  const { linkMbit } = context;
  const all = await carryInTurns(notes, { source, directory, rounds, rttMs: 0, linkMbit, removesTargets: true });
  return {
    question: `How fast do ${files} files of ${FILE_BYTES / MiB} MiB go up and come down${describeLink(linkMbit)}?`,
    figures: [
      ...describeSpeeds(all, { amount: bytes / MB, unit: 'MB/s' }),
      ...figureIf(timesLonger(all, 'rclone', 'up'), {
        name: 'up, against rclone copy',
        unit: '×',
        target: 'P8',
        aim: { least: 1.2 },
      }),
      ...figureIf(timesLonger(all, 'restic', 'up'), {
        name: 'up, against restic backup',
        unit: '×',
        target: 'P8',
        aim: { least: 3 },
      }),
      ...figureIf(timesLonger(all, 'rclone', 'down'), { name: 'down, against rclone copy', unit: '×' }),
      ...figureIf(timesLonger(all, 'restic', 'down'), { name: 'down, against restic restore', unit: '×' }),
      ...describeRequests(all),
    ],
    note: notes.toString(`medians of ${rounds} rounds in turns`),
  };
}
