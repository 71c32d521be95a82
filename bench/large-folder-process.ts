import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { localNames } from '../client/src/engine/local-names.ts';
import type { DiskHints, EnginePorts, Remote } from '../client/src/engine/ports.ts';
import { SyncEngine } from '../client/src/engine/sync-engine.ts';
import { NodeFileSystem } from '../client/src/platform/node/node-file-system.ts';
import { openStateStore } from '../client/src/platform/node/open-state-store.ts';
import type { RootMarker } from '../client/src/platform/node/root-marker.ts';
import { engineClock } from '../client/src/sync/engine-clock.ts';
import { median } from './bench-report.ts';

/** What a process is told that opens a folder and comes to rest. */
export interface LargeFolderTask {
  readonly root: string;
  readonly database: string;
  readonly marker: RootMarker;
  /** Files that are changed one after the other, each to be planned alone; with their folder. */
  readonly changes: readonly { readonly folder: string; readonly name: string }[];
  /** Looks at everything again, for a median. */
  readonly looks: number;
  /** How long it is left alone before its memory is looked at again. */
  readonly restMs: number;
}

/** What the process measured. Times in ms, memory in bytes. */
export interface LargeFolderRun {
  readonly modulesMs: number;
  readonly loadMs: number;
  readonly firstLookMs: number;
  readonly idleMs: number;
  /** CPU until idle, of all threads. It wavers less than time where others use the machine too. */
  readonly cpuMs: number;
  readonly lookAgainMs: number;
  /** What `find` takes to tell the same of the same files, in turns with the looks. */
  readonly findMs: number;
  readonly changeMs: number;
  readonly rssAtRest: number;
  readonly rssLater: number;
  readonly heapLater: number;
  readonly cpuShareAtRest: number;
}

const QUIET = { stdio: 'ignore' } as const;

/** Started by large-folder.bench.ts, as a fresh process: opens a folder in which nothing has changed, and answers what that costs. */
const modulesMs = performance.now();
const task = JSON.parse(process.argv[2] ?? '') as LargeFolderTask;
const hints: { everything: boolean; folders: Set<string> } = { everything: true, folders: new Set() };
const engine = openEngine();
const loadMs = performance.now() - modulesMs;
await planExpecting(0);
const idleMs = performance.now();
const startCpu = process.cpuUsage();
const rssAtRest = process.memoryUsage.rss();
const cpu = process.cpuUsage();
await sleep(task.restMs);
const used = process.cpuUsage(cpu);
const later = process.memoryUsage();
const lookTimes: number[] = [];
const findTimes: number[] = [];
for (let look = 0; look < task.looks; look++) {
  findTimes.push(await timeOf(async () => execFileSync('find', [task.root, '-printf', '%p %s %i %T@ %C@\\n'], QUIET)));
  hints.everything = true;
  lookTimes.push(await timeOf(() => planExpecting(0)));
}
const changeTimes: number[] = [];
for (const { folder, name } of task.changes) {
  appendFileSync(join(task.root, folder, name), 'more');
  hints.folders.add(folder);
  changeTimes.push(await timeOf(() => planExpecting(changeTimes.length + 1)));
}
const run: LargeFolderRun = {
  modulesMs,
  loadMs,
  firstLookMs: idleMs - modulesMs - loadMs,
  idleMs,
  cpuMs: (startCpu.user + startCpu.system) / 1000,
  lookAgainMs: median(lookTimes),
  findMs: median(findTimes),
  changeMs: median(changeTimes),
  rssAtRest,
  rssLater: later.rss,
  heapLater: later.heapUsed,
  cpuShareAtRest: (used.user + used.system) / 1000 / task.restMs,
};
console.log(JSON.stringify(run));

async function planExpecting(steps: number): Promise<void> {
  const planned = await engine.plan();
  if (planned.kind !== 'planned' || planned.plan.steps.length !== steps) {
    throw new Error(`expected a plan of ${steps} steps: ${JSON.stringify(planned).slice(0, 500)}`);
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

function openEngine(): SyncEngine {
  const { root, database, marker } = task;
  const remote: Pick<Remote, 'namespaceId' | 'listChanges'> = {
    namespaceId: marker.namespaceId,
    listChanges: (cursor) => Promise.resolve({ kind: 'ok', value: { changes: [], cursor, hasMore: false } }),
  };
  const ports: EnginePorts = {
    clock: engineClock(new AbortController().signal),
    random: randomBytes,
    files: new NodeFileSystem({ root, marker, today: () => '2026-01-31' }),
    // Nothing is sent or fetched, because nothing is executed.
    remote: remote as Remote,
    store: openStateStore(database),
    watcher: { onHint: () => undefined, isPartial: () => false, take: takeHints, close: () => Promise.resolve() },
  };
  return new SyncEngine(ports, { deviceName: 'bench', names: localNames('posix') });
}

function takeHints(): DiskHints {
  const taken = { everything: hints.everything, folders: new Set(hints.folders) };
  hints.everything = false;
  hints.folders.clear();
  return taken;
}
