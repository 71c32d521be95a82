import { join, sep } from 'node:path';
import { FILE_BYTES_MAX } from '@syncline/protocol';
import {
  type FolderListing,
  joinPath,
  type LocalEntry,
  type LocalIdentity,
  type ObstacleReason,
} from '../../engine/trees.ts';
import type { DiskCalls, DiskStat } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import type { IgnoreFiles } from './ignore-files.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';

/** The engine's own folder in the root of a synced folder. It is not part of what is synced. */
export const ENGINE_FOLDER = '.syncline';

/** All that stood below a folder: entries by the path of the folder that holds them. */
export interface FolderScan {
  readonly folders: ReadonlyMap<string, readonly LocalEntry[]>;
  readonly rootListed: boolean;
}

/**
 * Lists everything below a folder. It walks synchronously, which is several times faster than asynchronous calls (one system call
 * per entry, no promise each): 100,000 entries take about a quarter of a second.
 *
 * Nothing is left out silently: a folder that could not be listed to its end says so, and what has no name in UTF-8 is an obstacle.
 */
export function scanFolder(root: string, start = '', disk: ScannedDisk = {}): FolderScan {
  const sift = sieve(disk, start);
  const folders = new Map<string, readonly LocalEntry[]>();
  const pending = [start];
  let rootListed = true;
  const unlisted = new Set<string>();
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const listing = sift(readFolder(root, folder, disk.calls) ?? { path: folder, entries: [], complete: false });
    if (!listing.complete) {
      unlisted.add(folder);
      if (folder === start) rootListed = false;
    }
    folders.set(folder, listing.entries);
    for (const entry of listing.entries) if (entry.kind === 'folder') pending.push(entry.path);
  }
  if (unlisted.size > 0) markUnlisted(folders, unlisted);
  return { folders, rootListed };
}

function markUnlisted(folders: Map<string, readonly LocalEntry[]>, unlisted: ReadonlySet<string>): void {
  for (const [path, entries] of folders) {
    if (!entries.some((entry) => unlisted.has(entry.path))) continue;
    folders.set(
      path,
      entries.map((entry) => (unlisted.has(entry.path) ? { ...entry, listed: false } : entry)),
    );
  }
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** What one folder holds; undefined when there is none at this path. A link is no folder. */
export function listFolder(root: string, folder: string, disk: ScannedDisk = {}): FolderListing | undefined {
  const listing = readFolder(root, folder, disk.calls);
  return listing === undefined ? undefined : sieve(disk, folder)(listing);
}

/** What a walk goes through: the operating system's disk without ignore rules, unless told otherwise. */
export interface ScannedDisk {
  readonly calls?: DiskCalls | undefined;
  readonly ignores?: IgnoreFiles | undefined;
}

type UnsiftedListing = Omit<FolderListing, 'rulesChanged'>;

function sieve({ ignores }: ScannedDisk, start: string): (listing: UnsiftedListing) => FolderListing {
  ignores?.learnAbove(start);
  return (listing) => ignores?.sift(listing) ?? { ...listing, rulesChanged: false };
}

function readFolder(root: string, folder: string, calls: DiskCalls = nodeDiskCalls): UnsiftedListing | undefined {
  const directory = join(root, folder);
  let names: readonly string[];
  try {
    names = calls.readdirSync(directory);
  } catch (error) {
    expectDiskError(error);
    if (ABSENT.has(errorCode(error) ?? '')) return undefined;
    return { path: folder, entries: [], complete: false };
  }
  const entries: LocalEntry[] = [];
  let complete = true;
  let isDecodable = true;
  for (const name of names) {
    if (folder === '' && name === ENGINE_FOLDER) continue;
    // A decoder puts U+FFFD where bytes are no UTF-8; the real name is looked at as bytes.
    if (name.includes('\uFFFD')) {
      isDecodable = false;
      continue;
    }
    // Not `join`, which costs as much as all else that is done to a name here.
    const stat = statAt(directory + sep + name, calls);
    if (stat === 'failed') complete = false;
    else if (stat !== undefined) entries.push(toEntry(joinPath(folder, name), name, stat));
  }
  if (!isDecodable) entries.push(...listUndecodable(calls, root, folder));
  return { path: folder, entries, complete };
}

/** The entries of a folder whose names the decoder could not be trusted with. */
function listUndecodable(calls: DiskCalls, root: string, folder: string): readonly LocalEntry[] {
  const entries: LocalEntry[] = [];
  const directory = Buffer.from(join(root, folder));
  for (const bytes of calls.readdirBytesSync(directory)) {
    const name = Buffer.from(bytes).toString();
    if (!name.includes('\uFFFD')) continue;
    const stat = calls.lstatSync(Buffer.concat([directory, Buffer.from('/'), bytes]));
    if (stat === undefined) continue;
    const entry = toEntry(joinPath(folder, name), name, stat);
    // A name that holds a real U+FFFD is an ordinary one.
    const isText = Buffer.from(name).equals(bytes);
    entries.push(isText ? entry : { ...entry, kind: 'obstacle', obstacle: 'name-not-utf8' });
  }
  return entries;
}

/** Where a path of a synced folder is. Where paths have the form of the engine it is put before them: `join` would read every character of them again. */
export function absolutePath(root: string, path: string): string {
  return sep === '/' && path !== '' ? `${root}/${path}` : join(root, path);
}

type Looked =
  | { readonly kind: 'entry'; readonly entry: LocalEntry }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed' };

export function folderNames({ entries }: FolderListing): ReadonlySet<string> {
  return new Set(entries.flatMap(({ kind, name }) => (kind === 'folder' ? [name] : [])));
}

/** What stands at a path now; `failed` when the disk would not tell, which is not absence. */
export function lookAt(root: string, path: string, calls: DiskCalls = nodeDiskCalls): Looked {
  const stat = statAt(absolutePath(root, path), calls);
  if (stat === undefined) return { kind: 'absent' };
  if (stat === 'failed') return { kind: 'failed' };
  return { kind: 'entry', entry: toEntry(path, path.slice(path.lastIndexOf('/') + 1), stat) };
}

function statAt(absolute: string, calls: DiskCalls): DiskStat | 'failed' | undefined {
  try {
    return calls.lstatSync(absolute);
  } catch (error) {
    expectDiskError(error);
    return 'failed';
  }
}

function toEntry(path: string, name: string, stat: DiskStat): LocalEntry {
  const obstacle = obstacleOf(stat);
  const kind = obstacle !== undefined ? 'obstacle' : stat.isFile() ? 'file' : 'folder';
  return {
    path,
    name,
    kind,
    identity: identityOf(stat),
    executable: kind === 'file' && (stat.mode & 0o100n) !== 0n,
    listed: true,
    contentHash: undefined,
    obstacle,
  };
}

function obstacleOf(stat: DiskStat): ObstacleReason | undefined {
  if (stat.isFile()) return Number(stat.size) > FILE_BYTES_MAX ? 'too-large' : undefined;
  if (stat.isDirectory()) return undefined;
  return stat.isSymbolicLink() ? 'symlink' : 'special-file';
}

export function identityOf(stat: DiskStat): LocalIdentity {
  return {
    // Signed, as a database stores 64 bits.
    device: BigInt.asIntN(64, stat.dev),
    inode: BigInt.asIntN(64, stat.ino),
    birthNs: within64Bits(stat.birthtimeNs),
    size: Number(stat.size),
    mtimeNs: within64Bits(stat.mtimeNs),
    ctimeNs: within64Bits(stat.ctimeNs),
  };
}

const LATEST_NS = 2n ** 63n - 1n;
const EARLIEST_NS = -(2n ** 63n);

/** Anybody may give a file any time: what lies before 1677 or after 2262 counts as the nearest that a database can store. */
function within64Bits(ns: bigint): bigint {
  if (ns > LATEST_NS) return LATEST_NS;
  return ns < EARLIEST_NS ? EARLIEST_NS : ns;
}

/** @throws what is no answer of the operating system: a defect. */
function expectDiskError(error: unknown): void {
  if (errorCode(error) === undefined) throw error;
}
