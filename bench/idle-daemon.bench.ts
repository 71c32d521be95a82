import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import type { LargePair, LargePairs } from './large-pairs.ts';
import type { BatchPair, DaemonPair, Peer } from './peers/peer.ts';
import { canReadUsage, type ProcessUsage, readUsage } from './process-usage.ts';

const ROUNDS = 3;
/** What follows a start (late writes, the collection of garbage) is over by then. */
const SETTLE_MS = 10_000;
const WINDOW_MS = 30_000;
const SAMPLE_MS = 1000;
/** Of a run that ends by itself, which may end at any moment. */
const RUN_SAMPLE_MS = 50;
const CPU_PERCENT_MAX = 0.2;
const RSS_MB_MAX = 250;
const MB = 1_000_000;
const FILES_UNIT = 100_000;

/** What does a daemon take that has nothing to do, over many files? A program without a daemon: what a run takes that finds nothing. */
export async function benchIdleDaemon(
  { pairs, tree, notes }: LargePairs,
  options: { readonly directory: string },
): Promise<BenchResult> {
  const files = tree.folders * tree.filesPerFolder;
  const question = `What does a daemon take that has nothing to do, over ${files.toLocaleString('en')} files?`;
  if (!canReadUsage) return { question, figures: [], note: 'not measured: this system does not tell it in /proc' };
  const figures: Figure[] = [];
  const windows = new Map<LargePair, Window[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const large of pairs) {
      const { peer, pair } = large;
      const window = await notes.attempt(peer, () => (pair.kind === 'daemons' ? watchIdle(pair) : watchRun(pair)));
      if (window !== undefined) windows.set(large, [...(windows.get(large) ?? []), window]);
    }
  }
  for (const [index, large] of pairs.entries()) {
    const measured = windows.get(large) ?? [];
    if (measured.length < ROUNDS) continue;
    if (large.pair.kind === 'batch') {
      figures.push(...describeRuns(large.peer, measured));
      continue;
    }
    const directory = join(options.directory, `small ${index}`);
    const small = await notes.attempt(large.peer, () => watchSmall(large.peer, directory));
    figures.push(...describeDaemon(large.peer, { measured, small, files }));
  }
  return {
    question,
    figures,
    note: notes.toString(`medians of ${ROUNDS} times ${WINDOW_MS / 1000} s in turns, each after a start of its own`),
  };
}

/** What was used in a time. */
interface Window {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly rssBytes: number;
  readonly rssPeakBytes: number;
}

/** Starts both sides, lets them come to rest, and looks at side a. */
async function watchIdle(pair: DaemonPair): Promise<Window> {
  try {
    for (const side of pair.sides) await pair.start(side);
    for (const side of pair.sides) await pair.waitIdle(side);
    await sleep(SETTLE_MS);
    const sessionId = pair.sessionOf('a');
    const before = readUsage(sessionId);
    const startedAt = performance.now();
    const rss: number[] = [];
    let last: ProcessUsage = before;
    while (performance.now() - startedAt < WINDOW_MS) {
      await sleep(SAMPLE_MS);
      last = readUsage(sessionId);
      rss.push(last.rssBytes);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const { rssPeakBytes } = last;
    return { cpuSeconds: last.cpuSeconds - before.cpuSeconds, seconds, rssBytes: median(rss), rssPeakBytes };
  } finally {
    await pair.stop();
  }
}

/** What a run used until shortly before its end. */
async function watchRun(pair: BatchPair): Promise<Window> {
  const usages = new Map<number, ProcessUsage>();
  let sessionId: number | undefined;
  const look = (): void => {
    if (sessionId === undefined) return;
    const { cpuSeconds, rssBytes, rssPeakBytes } = readUsage(sessionId);
    const last = usages.get(sessionId) ?? { cpuSeconds: 0, rssBytes: 0, rssPeakBytes: 0 };
    // A process that has just ended has no memory any more, and a moment later no times.
    usages.set(sessionId, {
      cpuSeconds: Math.max(cpuSeconds, last.cpuSeconds),
      rssBytes: Math.max(rssBytes, last.rssBytes),
      rssPeakBytes: Math.max(rssPeakBytes, last.rssPeakBytes),
    });
  };
  const timer = setInterval(look, RUN_SAMPLE_MS);
  const startedAt = performance.now();
  try {
    await pair.run((started) => {
      sessionId = started;
    });
  } finally {
    clearInterval(timer);
  }
  const all = [...usages.values()];
  const rssPeakBytes = Math.max(0, ...all.map((usage) => usage.rssPeakBytes));
  return {
    cpuSeconds: all.reduce((sum, usage) => sum + usage.cpuSeconds, 0),
    seconds: (performance.now() - startedAt) / 1000,
    rssBytes: rssPeakBytes,
    rssPeakBytes,
  };
}

/** The same peer with one file, for what it takes whatever it has to look after. */
async function watchSmall(peer: Peer, directory: string): Promise<Window | undefined> {
  const folders = { a: join(directory, 'a'), b: join(directory, 'b'), state: join(directory, 'state') };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  for (const folder of [folders.a, folders.b]) await writeFile(join(folder, 'first.txt'), 'the same on both sides\n');
  const pair = await peer.link(folders);
  return pair.kind === 'daemons' ? watchIdle(pair) : undefined;
}

function describeDaemon(
  { name, isOurs }: Peer,
  use: { readonly measured: readonly Window[]; readonly small: Window | undefined; readonly files: number },
): readonly Figure[] {
  const { measured, small, files } = use;
  const aim = (most: number) => (isOurs ? { aim: { most } } : {});
  const rss = median(measured.map(({ rssBytes }) => rssBytes)) / MB;
  const perFiles = small === undefined ? undefined : ((rss - small.rssBytes / MB) * FILES_UNIT) / files;
  const cpuPercent = median(measured.map(({ cpuSeconds, seconds }) => (100 * cpuSeconds) / seconds));
  return [
    { name: `${name}: CPU`, value: cpuPercent, unit: '% of a core', ...aim(CPU_PERCENT_MAX) },
    { name: `${name}: RSS`, value: rss, unit: 'MB', ...aim(RSS_MB_MAX) },
    {
      name: `${name}: RSS, the most since its start`,
      value: median(measured.map(({ rssPeakBytes }) => rssPeakBytes)) / MB,
      unit: 'MB',
    },
    ...(perFiles === undefined ? [] : [{ name: `${name}: RSS for each 100,000 files`, value: perFiles, unit: 'MB' }]),
  ];
}

function describeRuns({ name }: Peer, runs: readonly Window[]): readonly Figure[] {
  return [
    { name: `${name}: CPU`, value: median(runs.map(({ cpuSeconds }) => cpuSeconds)), unit: 's a run' },
    { name: `${name}: RSS, the most`, value: median(runs.map(({ rssPeakBytes }) => rssPeakBytes)) / MB, unit: 'MB' },
  ];
}
