import { type LocalNames, localNames } from '../../client/src/engine/local-names.ts';
import type { DiskOutcome, DiskSpace, FileSystem, StagedContent } from '../../client/src/engine/ports.ts';
import {
  type FolderListing,
  type LocalEntry,
  type LocalIdentity,
  parentPath,
  type SeenEntry,
  sameObject,
  sameState,
} from '../../client/src/engine/trees.ts';
import { MemoryWatcher } from './memory-watcher.ts';

/** The bytes of a file, which all who have it open share, under whatever name it stands. */
interface Contents {
  bytes: Uint8Array;
}

interface Inode {
  readonly inode: bigint;
  readonly birthNs: bigint;
  readonly kind: 'file' | 'folder' | 'obstacle';
  readonly contents: Contents;
  executable: boolean;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

/** Lower than those that are given out. */
const ROOT_INODE = 0n;

interface Staged extends StagedContent {
  readonly key: string;
  readonly contents: Contents;
}

/**
 * A disk in memory, behind the engine's port and with the doings of a person beside it. It is exact about identities (inodes,
 * times), because the engine concludes from them. It is not a disk in one way: nothing on it is lost by a crash.
 */
export class MemoryFileSystem implements FileSystem {
  readonly #inodes = new Map<string, Inode>();
  readonly #staged = new Map<string, Staged>();
  /** What was put into the trash, by its path then. */
  readonly trashed = new Map<string, Uint8Array>();
  readonly unlisted = new Set<string>();
  /** Room on it; without it the disk does not tell, and has room for everything. */
  room: DiskSpace | undefined;
  /** Tells exactly which folders were changed, by whomever. */
  readonly watcher = new MemoryWatcher();
  root: 'verified' | 'missing' | 'foreign' = 'verified';
  readonly #names: LocalNames;
  readonly #now: (() => bigint) | undefined;
  #ticks = 1_000_000_000n;
  #inodesMade = 0n;

  /**
   * `names` say what the disk can hold, and which names it takes for one. `now` is the clock that stamps files, in ns; without one
   * every change has a second of its own.
   */
  constructor(names: LocalNames = localNames('posix'), now?: () => bigint) {
    this.#names = names;
    this.#now = now;
  }

  // What a person does.

  write(path: string, text: string): void {
    const now = this.#tick();
    const known = this.#inodes.get(path);
    if (known?.kind === 'file') {
      known.contents.bytes = Buffer.from(text);
      known.mtimeNs = now;
      known.ctimeNs = now;
      this.#touch(parentPath(path));
    } else this.#make(path, 'file', { bytes: Buffer.from(text) });
  }

  /** As editors do that write a new file and rename it over the old one. */
  replace(path: string, text: string): void {
    this.#inodes.delete(path);
    this.write(path, text);
  }

  mkdir(path: string): void {
    if (!this.#inodes.has(path)) this.#make(path, 'folder');
  }

  symlink(path: string): void {
    this.remove(path);
    this.#make(path, 'obstacle');
  }

  chmod(path: string, executable: boolean): void {
    const inode = this.#inodes.get(path);
    if (inode === undefined) return;
    inode.executable = executable;
    inode.ctimeNs = this.#tick();
    this.#touch(parentPath(path));
  }

  /** As programs do that copy files with their times. */
  utimes(path: string, modifiedAtMs: number): void {
    const inode = this.#inodes.get(path);
    if (inode === undefined) return;
    inode.mtimeNs = BigInt(modifiedAtMs) * 1_000_000n;
    inode.ctimeNs = this.#tick();
  }

  rename(from: string, to: string): void {
    const moved = [...this.#inodes].filter(([path]) => path === from || path.startsWith(`${from}/`));
    for (const [path] of moved) this.#inodes.delete(path);
    this.#touch(parentPath(from));
    this.#touch(parentPath(to));
    this.remove(to);
    for (const [path, inode] of moved) this.#inodes.set(to + path.slice(from.length), inode);
    const inode = this.#inodes.get(to);
    if (inode !== undefined) inode.ctimeNs = this.#tick();
  }

  remove(path: string): void {
    this.#touch(parentPath(path));
    for (const known of this.#inodes.keys()) {
      if (known === path || known.startsWith(`${path}/`)) this.#inodes.delete(known);
    }
  }

  /** Everything by path: the text of a file, `undefined` for a folder. */
  tree(): ReadonlyMap<string, string | undefined> {
    const tree = new Map<string, string | undefined>();
    for (const [path, inode] of [...this.#inodes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (inode.kind !== 'obstacle') {
        tree.set(path, inode.kind === 'folder' ? undefined : Buffer.from(inode.contents.bytes).toString());
      }
    }
    return tree;
  }

  /** The text of the file at a path. */
  text(path: string): string | undefined {
    const inode = this.#inodes.get(path);
    return inode?.kind === 'file' ? Buffer.from(inode.contents.bytes).toString() : undefined;
  }

  /** Paths of everything below a folder, and of itself. */
  pathsAt(path: string): readonly string[] {
    return [...this.#inodes.keys()].filter((known) => known === path || known.startsWith(`${path}/`));
  }

  /** All paths, sorted. */
  paths(): readonly string[] {
    return [...this.#inodes.keys()].toSorted();
  }

  isExecutable(path: string): boolean {
    return this.#inodes.get(path)?.executable === true;
  }

  // What the engine does.

  async verifyRoot() {
    return this.root;
  }

  async list(path: string): Promise<FolderListing | undefined> {
    if (!this.#isFolder(path)) return undefined;
    const entries: LocalEntry[] = [];
    const complete = !this.unlisted.has(path);
    for (const known of complete ? this.#inodes.keys() : []) {
      const entry = parentPath(known) === path ? this.#entry(known) : undefined;
      if (entry !== undefined) entries.push(entry);
    }
    const folders = new Set(entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name));
    const inode = this.#folderInode(path);
    if (complete && inode !== undefined) this.watcher.cover(path, { inode, folders });
    return { path, entries, complete, rulesChanged: false };
  }

  async look(path: string): Promise<LocalEntry | undefined> {
    return this.#entry(path);
  }

  async read(file: { path: string; identity: LocalIdentity }, range: { start: number; end: number }) {
    const entry = this.#entry(file.path);
    const inode = this.#inodes.get(file.path);
    if (entry === undefined || inode === undefined || !sameState(entry.identity, file.identity)) {
      return { kind: 'changed' } as const;
    }
    return { kind: 'read', bytes: inode.contents.bytes.slice(range.start, range.end) } as const;
  }

  async makeFolder(path: string): Promise<DiskOutcome> {
    if (this.#inodes.has(path) || !this.#isFolder(parentPath(path))) return { kind: 'changed' };
    if (!this.#canHold(path)) return { kind: 'failed', reason: 'disk' };
    this.#make(path, 'folder');
    return this.#done(path);
  }

  async move({ from, to, identity }: { from: string; to: string; identity: LocalIdentity }): Promise<DiskOutcome> {
    const entry = this.#entry(from);
    if (entry === undefined || !sameObject(entry.identity, identity)) return { kind: 'changed' };
    if (this.#inodes.has(to) || !this.#isFolder(parentPath(to))) return { kind: 'changed' };
    if (!this.#canHold(to, from)) return { kind: 'failed', reason: 'disk' };
    this.rename(from, to);
    return this.#done(to);
  }

  async trash(doomed: { path: string; expected: ReadonlyMap<string, SeenEntry> }): Promise<DiskOutcome> {
    const paths = [...this.#inodes.keys()].filter((path) => path === doomed.path || path.startsWith(`${doomed.path}/`));
    const entry = this.#entry(doomed.path);
    if (entry === undefined || paths.length !== doomed.expected.size) return { kind: 'changed' };
    for (const path of paths) {
      const now = this.#entry(path);
      const expected = doomed.expected.get(path);
      if (now === undefined || expected === undefined || now.kind !== expected.kind) return { kind: 'changed' };
      if (now.kind === 'file' && !sameState(now.identity, expected.identity)) return { kind: 'changed' };
    }
    for (const path of paths) this.trashed.set(path, this.#inodes.get(path)?.contents.bytes ?? new Uint8Array());
    this.remove(doomed.path);
    return { kind: 'done', entry };
  }

  async setExecutable(file: { path: string; identity: LocalIdentity; executable: boolean }): Promise<DiskOutcome> {
    const entry = this.#entry(file.path);
    if (entry === undefined || !sameState(entry.identity, file.identity)) return { kind: 'changed' };
    this.chmod(file.path, file.executable);
    return this.#done(file.path);
  }

  async stage({ key, size, from }: { key: string; size: number; from?: string | undefined }): Promise<StagedContent> {
    const own = this.#staged.get(key);
    const other = own === undefined && from !== undefined ? this.#staged.get(from) : undefined;
    if (other !== undefined) this.#staged.delete(other.key);
    const contents = (own ?? other)?.contents ?? { bytes: new Uint8Array() };
    contents.bytes = resized(contents.bytes, size);
    const staged: Staged = {
      key,
      contents,
      resumed: own !== undefined || other !== undefined,
      isTakenOver: other !== undefined,
      write: async (offset, written) => {
        const end = offset + written.length;
        if (end > contents.bytes.length) contents.bytes = resized(contents.bytes, end);
        contents.bytes.set(written, offset);
      },
      flush: () => Promise.resolve(),
      readSync: ({ start, end }) => contents.bytes.slice(start, end),
      close: () => Promise.resolve(),
    };
    this.#staged.set(key, staged);
    return staged;
  }

  async unstage(key: string): Promise<void> {
    this.#staged.delete(key);
  }

  stagedKeys(): readonly string[] {
    return [...this.#staged.keys()];
  }

  stagedBytes(key: string): number | undefined {
    return this.#staged.get(key)?.contents.bytes.length;
  }

  async space(): Promise<DiskSpace | undefined> {
    return this.room;
  }

  async publish(file: Parameters<FileSystem['publish']>[0]): Promise<DiskOutcome> {
    const staged = [...this.#staged.values()].find((one) => one === file.staged);
    const entry = this.#entry(file.path);
    const isExpected =
      file.replaces === undefined
        ? entry === undefined
        : entry !== undefined && sameState(entry.identity, file.replaces);
    if (staged === undefined || !isExpected || !this.#isFolder(parentPath(file.path))) return { kind: 'changed' };
    if (!this.#canHold(file.path)) return { kind: 'failed', reason: 'disk' };
    this.#inodes.delete(file.path);
    this.#make(file.path, 'file', staged.contents);
    const inode = this.#inodes.get(file.path);
    if (inode !== undefined) inode.executable = file.executable;
    if (inode !== undefined && file.modifiedAtMs !== undefined) inode.mtimeNs = BigInt(file.modifiedAtMs) * 1_000_000n;
    this.#staged.delete(staged.key);
    return this.#done(file.path);
  }

  bringBack(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  secure = (): void => undefined;

  flush(): Promise<void> {
    return Promise.resolve();
  }

  #make(path: string, kind: Inode['kind'], contents: Contents = { bytes: new Uint8Array() }): void {
    const now = this.#tick();
    this.#touch(parentPath(path));
    this.#inodesMade += 1n;
    const inode = this.#inodesMade;
    this.#inodes.set(path, { inode, birthNs: now, kind, contents, executable: false, mtimeNs: now, ctimeNs: now });
  }

  #done(path: string): DiskOutcome {
    const entry = this.#entry(path);
    return entry === undefined ? { kind: 'changed' } : { kind: 'done', entry };
  }

  #entry(path: string): LocalEntry | undefined {
    const inode = this.#inodes.get(path);
    if (inode === undefined) return undefined;
    const { birthNs, mtimeNs, ctimeNs, kind, executable } = inode;
    return {
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      kind,
      identity: { device: 1n, inode: inode.inode, birthNs, size: inode.contents.bytes.length, mtimeNs, ctimeNs },
      executable,
      listed: !this.unlisted.has(path),
      contentHash: undefined,
      obstacle: kind === 'obstacle' ? 'symlink' : undefined,
    };
  }

  /** Whether the disk can have something under this name, beside what is there. */
  #canHold(path: string, moved?: string): boolean {
    if (this.#names.isExact) return true;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (this.#names.toLocal(this.#names.toName(name)) !== name && !name.includes('\u201b')) return false;
    for (const known of this.#inodes.keys()) {
      if (known === path || known === moved || parentPath(known) !== parentPath(path)) continue;
      if (this.#names.key(known.slice(known.lastIndexOf('/') + 1)) === this.#names.key(name)) return false;
    }
    return true;
  }

  #touch(folder: string): void {
    this.watcher.touch(this.#folderInode(folder));
  }

  #folderInode(path: string): bigint | undefined {
    return path === '' ? ROOT_INODE : this.#inodes.get(path)?.inode;
  }

  #isFolder(path: string): boolean {
    return path === '' || this.#inodes.get(path)?.kind === 'folder';
  }

  #tick(): bigint {
    if (this.#now !== undefined) return this.#now();
    this.#ticks += 1_000_000_000n;
    return this.#ticks;
  }
}

/** As a disk makes a file longer or shorter. */
function resized(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bytes.subarray(0, length));
  return result;
}
