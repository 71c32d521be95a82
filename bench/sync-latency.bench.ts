import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KiB } from '@syncline/protocol';
import { DEBOUNCE_MS, TIME_TICK_MS } from '../client/src/engine/limits.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import { type BenchResult, type Figure, median, percentile } from './bench-report.ts';
import { LatencyRun, type LatencySubject, type Passage } from './latency-run.ts';
import type { PassageStages } from './passage-stages.ts';
import { PeerNotes } from './peers/peer-notes.ts';

const FILE_BYTES = 10 * KiB;
const FILES = 30;
/** Not counted: the first transfers of a process load code and open connections. */
const WARM_UP_FILES = 2;
/** Longer than the polls of a second that some do, so that files fall anywhere between two of them. */
const PAUSE_MS_MAX = 2000;
const OVERHEAD_MS_MAX = 50;
const NOTICED_MS_MAX = 30;
/**
 * What the engine waits on purpose before it reads a file that was just written: until a burst is over, and until the file's times
 * would show another write. Both begin with the write, so the longer one counts.
 */
const WAIT_MS = Math.max(DEBOUNCE_MS, TIME_TICK_MS);

interface Measured {
  readonly run: LatencyRun;
  readonly passages: Passage[];
}

/** How long after its last write is a small file complete on the other side, by us and by others? */
export async function benchSyncLatency(
  subjects: readonly LatencySubject[],
  options: { readonly directory: string; readonly log: (line: string) => void },
): Promise<BenchResult> {
  const notes = new PeerNotes(options.log);
  const measured: Measured[] = [];
  try {
    for (const [index, subject] of subjects.entries()) {
      const directory = join(options.directory, `latency ${index}`);
      const run = await notes.attempt(subject.peer, () => LatencyRun.start(subject, directory));
      if (run !== undefined) measured.push({ run, passages: [] });
    }
    // Who waits ten seconds does nothing meanwhile, and would make everybody else wait in turns with it.
    const isSlow = ({ run }: Measured): boolean => run.subject.peer.isSlow;
    const lanes = [measured.filter(isSlow), measured.filter((one) => !isSlow(one))];
    await Promise.all(lanes.map((lane) => measureInTurns(lane, notes)));
  } finally {
    for (const { run } of measured) await run.stop();
  }
  const complete = measured.filter(({ passages }) => passages.length === WARM_UP_FILES + FILES);
  return {
    question: `How long after its close is a file of ${FILE_BYTES / KiB} KiB in place on the other side?`,
    figures: [...complete.flatMap(describe), ...compare(complete)],
    note: notes.toString(`${FILES} files each, in turns`),
  };
}

async function measureInTurns(lane: readonly Measured[], notes: PeerNotes): Promise<void> {
  const random = new SeededRandom('pauses');
  for (let round = 0; round < WARM_UP_FILES + FILES; round++) {
    for (const { run, passages } of lane) {
      await sleep(random.fraction() * PAUSE_MS_MAX);
      const passage = await notes.attempt(run.subject.peer, () => run.carryFile(FILE_BYTES));
      if (passage !== undefined) passages.push(passage);
    }
  }
}

function describe({ run: { subject }, passages }: Measured): readonly Figure[] {
  const { peer, p50MsMax, p95MsMax } = subject;
  const counted = passages.slice(WARM_UP_FILES);
  const latencies = counted.map(({ latencyMs }) => latencyMs);
  const lost = counted.filter(({ hasCome }) => !hasCome).length;
  const overheads = counted.flatMap(({ latencyMs, serviceMs }) =>
    serviceMs === undefined ? [] : [latencyMs - serviceMs - WAIT_MS],
  );
  return [
    { name: `${peer.name}: p50`, value: median(latencies), unit: 'ms', ...aim(p50MsMax) },
    { name: `${peer.name}: p95`, value: percentile(latencies, 0.95), unit: 'ms', ...aim(p95MsMax) },
    ...(lost === 0 ? [] : [{ name: `${peer.name}: never came`, value: lost, unit: 'files', aim: { most: 0 } }]),
    ...(overheads.length === 0
      ? []
      : [
          { name: `${peer.name}: without service and wait, p50`, value: median(overheads), unit: 'ms' },
          {
            name: `${peer.name}: without service and wait, p95`,
            value: percentile(overheads, 0.95),
            unit: 'ms',
            aim: { most: OVERHEAD_MS_MAX },
          },
        ]),
    ...describeStages(peer.name, counted),
  ];
}

function aim(most: number | undefined): Pick<Figure, 'target' | 'aim'> {
  return most === undefined ? {} : { target: 'P9', aim: { most } };
}

const STAGE_NAMES = {
  noticedMs: 'close to first request',
  sentMs: 'first request to commit',
  fetchedMs: 'commit to fetched',
  placedMs: 'fetched to in place',
} as const satisfies Readonly<Record<keyof PassageStages, string>>;

function describeStages(name: string, passages: readonly Passage[]): readonly Figure[] {
  const stages = passages.flatMap((passage) => passage.stages ?? []);
  if (stages.length === 0) return [];
  const medians = Object.entries(STAGE_NAMES).map(([stage, words]) => ({
    name: `${name}: ${words}, p50`,
    value: median(stages.map((one) => one[stage as keyof PassageStages])),
    unit: 'ms',
  }));
  const noticed = percentile(
    stages.map(({ noticedMs }) => noticedMs - WAIT_MS),
    0.95,
  );
  return [
    ...medians,
    {
      name: `${name}: close to first request, without wait, p95`,
      value: noticed,
      unit: 'ms',
      target: 'P9',
      aim: { most: NOTICED_MS_MAX },
    },
  ];
}

/** What the others take, for each that we take: the first of ours is what others are compared with. */
function compare(measured: readonly Measured[]): readonly Figure[] {
  const ours = measured.find(({ run }) => run.subject.peer.isOurs);
  if (ours === undefined) return [];
  const medianOf = ({ passages }: Measured): number =>
    median(passages.slice(WARM_UP_FILES).map(({ latencyMs }) => latencyMs));
  return measured
    .filter(({ run }) => !run.subject.peer.isOurs)
    .map((other) => ({
      name: `${other.run.subject.peer.name}: p50 against ${ours.run.subject.peer.name}`,
      value: medianOf(other) / medianOf(ours),
      unit: '×',
    }));
}
