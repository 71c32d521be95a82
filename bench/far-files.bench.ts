import { join } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { carryInTurns } from './carriers/carry-in-turns.ts';
import { describeSpeeds, figureIf, timesLonger } from './carriers/describe-carried.ts';
import { passTreesInTurns } from './pass-trees-in-turns.ts';
import { PeerNotes } from './peers/peer-notes.ts';
import { type RandomTree, writeRandomTree } from './random-tree.ts';

const FILES = 500;
/** Another continent, and a country. Who waits for every answer takes minutes at the former, always the same ones. */
const WAYS: readonly { readonly rttMs: number; readonly rounds: number }[] = [
  { rttMs: 20, rounds: 3 },
  { rttMs: 80, rounds: 1 },
];

/** How many small files a second where the store, or the other device, is far away, by us and by others? */
export async function benchFarFiles(context: BenchContext): Promise<BenchResult> {
  const directory = await context.makeDirectory('far-files');
  const notes = new PeerNotes(context.log);
  const files = context.scaled(FILES);
  const tree: RandomTree = { files, folders: 10, medianBytes: 4096, isUniform: false, seed: 'far' };
  const source = join(directory, 'source');
  writeRandomTree(source, tree);
  const figures: Figure[] = [];
  for (const { rttMs, rounds } of WAYS) {
    const place = await context.makeDirectory(`far-files/${rttMs}`);
    const size = { rounds: context.rounds(rounds), rttMs };
    const all = await carryInTurns(notes, { source, directory: place, removesTargets: false, ...size });
    const passages = await passTreesInTurns(notes, { directory: join(place, 'pairs'), tree, ...size });
    const at = (figure: Figure): Figure => ({ ...figure, name: `${rttMs} ms away: ${figure.name}` });
    const passed = passages.map(({ name, seconds }) => ({
      name: `${name}: from A to B`,
      value: files / median(seconds),
      unit: 'files/s',
    }));
    figures.push(
      ...[
        ...describeSpeeds(all, { amount: files, unit: 'files/s' }),
        ...passed,
        ...figureIf(timesLonger(all, 'rclone', 'up'), { name: 'up, against rclone copy', unit: '×' }),
        ...figureIf(timesLonger(all, 'restic', 'up'), { name: 'up, against restic backup', unit: '×' }),
      ].map(at),
    );
  }
  const rounds = WAYS.map(({ rttMs, rounds: own }) => `${context.rounds(own)} at ${rttMs} ms`).join(', ');
  return {
    question: `How many small files a second, of ${files.toLocaleString('en')}, over a longer way?`,
    figures,
    note: notes.toString(
      `round-trip times are injected for all alike, without slow start, loss or TLS; medians of rounds: ${rounds}`,
    ),
  };
}
