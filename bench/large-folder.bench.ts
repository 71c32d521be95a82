import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ContentHash, Cursor, DeviceId, encodeUlid, NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import { newNodeIds } from '../client/src/engine/new-node-id.ts';
import { BEGINNING, type FileSystem, type Position } from '../client/src/engine/ports.ts';
import type { RemoteNode, SyncedNode } from '../client/src/engine/trees.ts';
import { NodeFileSystem } from '../client/src/platform/node/node-file-system.ts';
import { openStateStore } from '../client/src/platform/node/open-state-store.ts';
import { type RootMarker, writeRootMarker } from '../client/src/platform/node/root-marker.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import type { LargeFolderRun, LargeFolderTask } from './large-folder-process.ts';
import { measureStateRows } from './state-rows.ts';

const run = promisify(execFile);
const TOP_FOLDERS = 40;
const FOLDERS_EACH = 50;
const FILES_EACH = 50;
const FILES = TOP_FOLDERS * FOLDERS_EACH * FILES_EACH;
const STARTS = 5;
const COMMITS = 3;
const CHANGES = 30;
const LOOKS = 7;
const REST_MS = 10_000;
const MB = 1_000_000;
/** A small nursery: the garbage of listing a disk is collected before it makes the process large. */
const PROCESS_FLAGS = ['--max-semi-space-size=4'];

/** What does a folder of 100,000 files cost a device in which nothing happens: to start, to look again, to plan one change, and in memory? */
export async function benchLargeFolder(directory: string, log: (line: string) => void): Promise<BenchResult> {
  const folder = join(directory, 'large-folder');
  const root = join(folder, 'root');
  const namespaceId = NamespaceId.parse(encodeUlid(randomBytes(16)));
  const marker: RootMarker = { folderId: 'bench', deviceId: DeviceId.parse(encodeUlid(randomBytes(16))), namespaceId };
  log(`  making ${FILES} files …`);
  await makeFiles(root);
  await writeRootMarker(root, marker);
  const files = new NodeFileSystem({ root, marker, today: () => '2026-01-31' });
  const nodes = await nodesOf(files, rootNodeId(namespaceId));
  const commits = Array.from({ length: COMMITS }, (_none, index) => commit(join(folder, `${index}.sqlite`), nodes));
  const changes = Array.from({ length: CHANGES }, (_none, index) => ({
    folder: folderName((index * 37) % (TOP_FOLDERS * FOLDERS_EACH)),
    name: 'file 3.txt',
  }));
  const task: LargeFolderTask = {
    root,
    database: join(folder, '0.sqlite'),
    marker,
    changes: [],
    looks: 0,
    restMs: 0,
  };
  const start = (more: Partial<LargeFolderTask>) => startOnce({ ...task, ...more }, join(folder, 'compiled'));
  // The first one compiles the modules for those after it.
  await start({});
  const starts: LargeFolderRun[] = [];
  for (let index = 0; index < STARTS; index++) starts.push(await start({}));
  const whole = await start({ changes, looks: LOOKS, restMs: REST_MS });
  return {
    question: 'What does a folder of 100,000 unchanged files cost?',
    note: `the engine alone, with node ${PROCESS_FLAGS.join(' ')} and compiled modules; medians of ${STARTS} starts`,
    figures: [...describe({ commits, starts, whole }), ...measureStateRows(folder, nodes)],
  };
}

interface LargeFolderTimes {
  readonly commits: readonly CommitTimes[];
  readonly starts: readonly LargeFolderRun[];
  readonly whole: LargeFolderRun;
}

function describe({ commits, starts, whole }: LargeFolderTimes): readonly Figure[] {
  const medianOf = (value: (one: LargeFolderRun) => number) => median(starts.map(value));
  return [
    {
      name: 'commit 100,000 remote rows',
      value: median(commits.map(({ remoteMs }) => remoteMs)),
      unit: 'ms',
      target: 'P14',
      aim: { most: 600 },
    },
    {
      name: 'commit 100,000 synced rows',
      value: median(commits.map(({ syncedMs }) => syncedMs)),
      unit: 'ms',
      target: 'P14',
      aim: { most: 600 },
    },
    {
      name: 'load 100,000 rows of one tree',
      value: median(commits.map(({ loadMs }) => loadMs)),
      unit: 'ms',
      target: 'P14',
      aim: { most: 250 },
    },
    { name: 'start: modules', value: medianOf((one) => one.modulesMs), unit: 'ms' },
    { name: 'start: open and load both trees', value: medianOf((one) => one.loadMs), unit: 'ms', aim: { most: 350 } },
    { name: 'start: first look and plan', value: medianOf((one) => one.firstLookMs), unit: 'ms', aim: { most: 600 } },
    { name: 'start: until idle', value: medianOf((one) => one.idleMs), unit: 'ms', aim: { most: 1500 } },
    { name: 'start: CPU until idle', value: medianOf((one) => one.cpuMs), unit: 'ms' },
    {
      name: 'look at everything again',
      value: whole.lookAgainMs,
      unit: 'ms',
      target: 'P10',
      aim: { most: 1000 },
    },
    {
      name: 'look at everything again, against find -printf',
      value: whole.lookAgainMs / whole.findMs,
      unit: '×',
      target: 'P10',
      aim: { most: 2.5 },
    },
    { name: 'plan one change', value: whole.changeMs, unit: 'ms', aim: { most: 10 } },
    {
      name: 'resident memory when idle',
      value: medianOf((one) => one.rssAtRest) / MB,
      unit: 'MB',
      target: 'P10',
      aim: { most: 250 },
    },
    { name: 'resident memory 10 s later', value: whole.rssLater / MB, unit: 'MB', aim: { most: 250 } },
    { name: 'heap 10 s later', value: whole.heapLater / MB, unit: 'MB' },
    { name: 'CPU when idle', value: whole.cpuShareAtRest * 100, unit: '%', aim: { most: 0.2 } },
  ];
}

function folderName(index: number): string {
  return `folder ${Math.floor(index / FOLDERS_EACH)}/sub ${index}`;
}

async function makeFiles(root: string): Promise<void> {
  for (let index = 0; index < TOP_FOLDERS * FOLDERS_EACH; index++) {
    const folder = join(root, folderName(index));
    await mkdir(folder, { recursive: true });
    const write = (_none: unknown, file: number) => writeFile(join(folder, `file ${file}.txt`), `${index} ${file}`);
    await Promise.all(Array.from({ length: FILES_EACH }, write));
  }
}

interface Nodes {
  readonly remote: ReadonlyMap<NodeId, RemoteNode>;
  readonly synced: ReadonlyMap<NodeId, SyncedNode>;
}

/** All that is on the disk, as if both sides had agreed on it. */
async function nodesOf(files: FileSystem, rootId: NodeId): Promise<Nodes> {
  const remote = new Map<NodeId, RemoteNode>();
  const synced = new Map<NodeId, SyncedNode>();
  const newNodeId = newNodeIds(randomBytes);
  const pending = [{ path: '', parentId: rootId }];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const { path, name, kind, identity, executable } of (await files.list(folder.path))?.entries ?? []) {
      if (kind === 'obstacle') continue;
      const nodeId = newNodeId();
      const contentHash =
        kind === 'file' ? ContentHash.parse(createHash('sha256').update(path).digest('hex')) : undefined;
      const { parentId } = folder;
      const agreed = {
        nodeId,
        parentId,
        name,
        kind,
        rev: 1,
        contentRev: 1,
        size: identity.size,
        contentHash,
        executable,
      };
      remote.set(nodeId, { ...agreed, modifiedAtMs: Number(identity.mtimeNs / 1_000_000n) });
      synced.set(nodeId, { ...agreed, identity });
      if (kind === 'folder') pending.push({ path, parentId: nodeId });
    }
  }
  return { remote, synced };
}

interface CommitTimes {
  readonly remoteMs: number;
  /** To open the database with these rows, and to make nodes of them. */
  readonly loadMs: number;
  readonly syncedMs: number;
}

function commit(file: string, { remote, synced }: Nodes): CommitTimes {
  const position: Position = { ...BEGINNING, cursor: Cursor.parse('bench'), seq: 1, lamport: 1 };
  const first = openStateStore(file);
  const remoteMs = timeOf(() => first.save({ remote, synced: new Map(), position }));
  first.close();
  const begin = performance.now();
  const second = openStateStore(file);
  second.load();
  const loadMs = performance.now() - begin;
  const syncedMs = timeOf(() => second.save({ remote: new Map(), synced, position }));
  second.close();
  return { remoteMs, loadMs, syncedMs };
}

function timeOf(task: () => void): number {
  const begin = performance.now();
  task();
  return performance.now() - begin;
}

async function startOnce(task: LargeFolderTask, compiled: string): Promise<LargeFolderRun> {
  const program = join(import.meta.dirname, 'large-folder-process.ts');
  const { stdout } = await run(process.execPath, [...PROCESS_FLAGS, program, JSON.stringify(task)], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compiled },
  });
  return JSON.parse(stdout) as LargeFolderRun;
}
