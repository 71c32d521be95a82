import {
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DiskStat } from '../../client/src/platform/node/disk-calls.ts';
import { nodeDiskCalls } from '../../client/src/platform/node/node-disk-calls.ts';
import type { Inode } from '../support/disk-inode.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SimulatedDisk } from '../support/simulated-disk.ts';
import { SimulatedProcess } from '../support/simulated-process.ts';
import { aDiskAct, type DiskAct, DiskHistory, describeStat, type WholeDisk } from './disk-histories.ts';

const { O_CREAT, O_RDWR, O_TRUNC } = constants;
/** Links lead a few folders up: these are still the test's own. */
const DEPTH = ['up', 'up', 'up', 'up'];
/** Somebody who is not the superuser, whom no permission would stop. */
const NOBODY = 65_534;
const isSuperuser = process.getuid?.() === 0;

let base: string;
let compared = 0;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'syncline-calls-')));
  chmodSync(base, 0o755);
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

interface ComparedDisk extends WholeDisk {
  /** Everything on it. */
  readonly describe: () => readonly string[];
}

function realDisk(directory: string): ComparedDisk {
  const root = join(directory, ...DEPTH);
  mkdirSync(root, { recursive: true });
  return {
    root,
    calls: nodeDiskCalls,
    symlink: symlinkSync,
    readlink: (path) => readlinkSync(path),
    rmdir: (path) => rmdirSync(path),
    describe: () => describeReal(directory),
  };
}

function simulatedDisk(directory: string, privileged: boolean): ComparedDisk & { readonly disk: SimulatedDisk } {
  const disk = new SimulatedDisk({ order: 'ordered', privileged });
  const root = join(directory, ...DEPTH);
  let made = '';
  for (const name of root.split('/').slice(1)) {
    made += `/${name}`;
    disk.mkdir(made);
  }
  return {
    root,
    disk,
    calls: new SimulatedProcess(disk).calls,
    symlink: (target, path) => disk.symlink(target, path),
    readlink: (path) => disk.readlink(path),
    rmdir: (path) => disk.rmdir(path),
    describe: () => describeSimulated(disk, directory),
  };
}

async function compare(history: readonly DiskAct[], privileged: boolean): Promise<void> {
  compared += 1;
  const directory = join(base, `${compared}`);
  mkdirSync(directory);
  const real = realDisk(directory);
  const simulated = simulatedDisk(directory, privileged);
  const expected = await asUser({ directory, privileged }, () => answersOf(real, history));
  expect(await answersOf(simulated, history)).toEqual(expected);
  expect(simulated.describe()).toEqual(real.describe());
  rmSync(directory, { recursive: true });
}

async function answersOf(disk: WholeDisk, acts: readonly DiskAct[]): Promise<readonly string[]> {
  const history = new DiskHistory(disk);
  const answers: string[] = [];
  for (const act of acts) answers.push(await history.perform(act));
  await history.end();
  return answers;
}

async function asUser<T>(user: { directory: string; privileged: boolean }, task: () => Promise<T>): Promise<T> {
  if (user.privileged || !isSuperuser) return task();
  for (let depth = 0; depth <= DEPTH.length; depth++) {
    chownSync(join(user.directory, ...DEPTH.slice(0, depth)), NOBODY, NOBODY);
  }
  process.seteuid?.(NOBODY);
  try {
    return await task();
  } finally {
    process.seteuid?.(0);
  }
}

const RUNS = propertyCases(200);

test('any history of calls has the same answers and leaves the same tree as on the real disk', async () => {
  const aHistory = fc.array(aDiskAct, { maxLength: 60, size: 'max' });
  const whoever = fc.constantFrom(false, isSuperuser);
  await fc.assert(fc.asyncProperty(aHistory, whoever, compare), { numRuns: RUNS });
}, 300_000);

/** What is made, and then each act for itself: which times of which objects does it change? */
const PREPARED: readonly DiskAct[] = [
  { act: 'mkdir', path: 'd', mode: 0o755 },
  { act: 'mkdir', path: 'd/e', mode: 0o755 },
  { act: 'mkdir', path: 'empty', mode: 0o755 },
  { act: 'open', path: 'd/f', flags: O_RDWR | O_CREAT, mode: 0o644 },
  { act: 'write', handle: 0, position: 0, text: 'text' },
  { act: 'link', path: 'd/f', to: 'd/second' },
  { act: 'symlink', path: 'd/link', target: 'f' },
];
const TIMED: readonly DiskAct[] = [
  { act: 'open', path: 'd/new', flags: O_RDWR | O_CREAT, mode: 0o644 },
  { act: 'open', path: 'd/f', flags: O_RDWR | O_TRUNC, mode: 0o644 },
  { act: 'write', handle: 0, position: 0, text: 'text' },
  { act: 'write', handle: 0, position: 0, text: '' },
  { act: 'truncate', handle: 0, size: 4 },
  { act: 'truncate', handle: 0, size: 2 },
  { act: 'fchmod', handle: 0, mode: 0o755 },
  { act: 'utimes', handle: 0, seconds: 1_600_000_000 },
  { act: 'fsync', handle: 0 },
  { act: 'read', handle: 0, position: 0, length: 3 },
  { act: 'chmod', path: 'd/f', mode: 0o600 },
  { act: 'link', path: 'd/f', to: 'empty/third' },
  { act: 'rename', path: 'd/f', to: 'd/second' },
  { act: 'rename', path: 'd/f', to: 'd/other' },
  { act: 'rename', path: 'd/f', to: 'empty/other' },
  { act: 'rename', path: 'd/link', to: 'd/f' },
  { act: 'rename', path: 'd/e', to: 'empty/e' },
  { act: 'rename', path: 'd/e', to: 'empty' },
  { act: 'unlink', path: 'd/second' },
  { act: 'rmdir', path: 'd/e' },
  { act: 'mkdir', path: 'd/e/g', mode: 0o755 },
  { act: 'symlink', path: 'd/e/link', target: 'nowhere' },
];

test('every call gives new times to the same objects as on the real disk', async () => {
  for (const [index, act] of TIMED.entries()) {
    const directory = join(base, `${index}`);
    mkdirSync(directory);
    const simulated = simulatedDisk(directory, true);
    const expected = await changedTimes(realDisk(directory), act, () => pause(20));
    const found = await changedTimes(simulated, act, () => simulated.disk.volume.advance(20));
    expect([act, found]).toEqual([act, expected]);
  }
});

async function changedTimes(disk: WholeDisk, act: DiskAct, wait: () => void): Promise<readonly string[]> {
  const history = new DiskHistory(disk);
  for (const prepared of PREPARED) await history.perform(prepared);
  wait();
  const before = times(disk);
  const answer = await history.perform(act);
  const changed = [...times(disk)].flatMap(([inode, now]) => {
    const was = before.get(inode);
    const kinds = ['birth', 'write', 'change'].filter((_, at) => was?.times[at] !== now.times[at]);
    return kinds.length === 0 ? [] : [`${now.path}: ${was === undefined ? 'new' : kinds.join(', ')}`];
  });
  await history.end();
  return [answer, ...changed.toSorted()];
}

interface Times {
  readonly path: string;
  readonly times: readonly bigint[];
}

/** The times of everything in a folder, by the numbers of the objects. */
function times(disk: WholeDisk, folder = disk.root): ReadonlyMap<bigint, Times> {
  const found = new Map<bigint, Times>();
  const stat = disk.calls.lstatSync(folder);
  if (stat === undefined) return found;
  const path = folder.slice(disk.root.length);
  found.set(stat.ino, { path, times: [stat.birthtimeNs, stat.mtimeNs, stat.ctimeNs] });
  if (!stat.isDirectory()) return found;
  for (const name of disk.calls.readdirSync(folder).toSorted()) {
    for (const [inode, known] of times(disk, `${folder}/${name}`)) if (!found.has(inode)) found.set(inode, known);
  }
  return found;
}

/** Files keep time in ticks of some milliseconds. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

interface Described {
  readonly stat: DiskStat;
  readonly content: string;
}

/** Objects by their paths; those that are one object under several names are told by the first of these. */
function describeAll(objects: ReadonlyMap<string, Described>): readonly string[] {
  const firstPaths = new Map<bigint, string>();
  return [...objects]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { stat, content }]) => {
      const first = firstPaths.get(stat.ino) ?? path;
      firstPaths.set(stat.ino, first);
      return `${path}: ${describeStat(stat)} ${first === path ? content : `= ${first}`}`;
    });
}

function describeReal(directory: string): readonly string[] {
  const objects = new Map<string, Described>();
  const known = new Map<bigint, DiskStat>();
  const visit = (path: string) => {
    const now = lstatSync(path, { bigint: true });
    const stat = known.get(now.ino) ?? now;
    known.set(now.ino, stat);
    // Whoever owns it may give himself the permission to look.
    if (!stat.isSymbolicLink()) chmodSync(path, 0o700);
    const content = stat.isFile() ? readFileSync(path, 'utf8') : stat.isSymbolicLink() ? readlinkSync(path) : '';
    objects.set(path, { stat, content });
    if (stat.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  visit(directory);
  return describeAll(objects);
}

function describeSimulated(disk: SimulatedDisk, directory: string): readonly string[] {
  const objects = new Map<string, Described>();
  const visit = (path: string, inode: Inode) => {
    objects.set(path, { stat: inode.stat(), content: Buffer.from(inode.seen.bytes).toString() });
    for (const [name, below] of inode.seen.entries) visit(`${path}/${name}`, below);
  };
  let inode = disk.root;
  for (const name of directory.split('/').slice(1)) inode = inode.seen.entries.get(name) ?? inode;
  visit(directory, inode);
  return describeAll(objects);
}
