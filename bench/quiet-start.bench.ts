import { type BenchResult, type Figure, median } from './bench-report.ts';
import type { LargePair, LargePairs } from './large-pairs.ts';
import type { LinkedPair } from './peers/peer.ts';

const ROUNDS = 5;
const START_SECONDS_MAX = 1.5;

/** How long does a daemon take from its start until it has seen that nothing has changed, or a run that finds nothing? */
export async function benchQuietStart({ pairs, tree, notes }: LargePairs): Promise<BenchResult> {
  const timesOf = new Map(pairs.map((pair): [LargePair, number[]] => [pair, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [{ peer, pair }, times] of timesOf) {
      const seconds = await notes.attempt(peer, () => secondsToRest(pair));
      if (seconds !== undefined) times.push(seconds);
    }
  }
  const files = tree.folders * tree.filesPerFolder;
  const measured = [...timesOf].filter(([, times]) => times.length === ROUNDS);
  return {
    question: `How long from its start until all is seen to be unchanged, with ${files.toLocaleString('en')} files?`,
    figures: [...measured.map(describe), ...compare(measured)],
    note: notes.toString(`medians of ${ROUNDS} starts in turns, the file system’s caches warm`),
  };
}

/** Of side a alone, where each side has a process. */
async function secondsToRest(pair: LinkedPair): Promise<number> {
  const startedAt = Date.now();
  if (pair.kind === 'batch') {
    await pair.run();
    return (Date.now() - startedAt) / 1000;
  }
  try {
    await pair.start('a');
    return ((await pair.waitIdle('a')) - startedAt) / 1000;
  } finally {
    await pair.stop();
  }
}

type Measured = readonly [LargePair, readonly number[]];

function describe([{ peer, pair }, times]: Measured): Figure {
  // The aim is a daemon's: what a command does to start and end is not in it.
  const aim = peer.isOurs && pair.kind === 'daemons' ? { aim: { most: START_SECONDS_MAX } } : {};
  return { name: peer.name, value: median(times), unit: 's', ...aim };
}

function compare(measured: readonly Measured[]): readonly Figure[] {
  const ours = measured.find(([{ peer }]) => peer.isOurs);
  if (ours === undefined) return [];
  return measured
    .filter(([{ peer }]) => !peer.isOurs)
    .map(([{ peer }, times]) => ({
      name: `${peer.name}: against ${ours[0].peer.name}`,
      value: median(times) / median(ours[1]),
      unit: '×',
    }));
}
