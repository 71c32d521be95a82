import { constants } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isMovingName } from '../../engine/moving-name.ts';
import {
  type DiskOutcome,
  DiskRefusedError,
  type DiskSpace,
  type FileSystem,
  type LentFile,
  type StagedContent,
  type StagedFor,
  type WantedBytes,
} from '../../engine/ports.ts';
import {
  type FolderListing,
  type LocalEntry,
  type LocalIdentity,
  parentPath,
  type SeenEntry,
  sameObject,
  sameWrite,
} from '../../engine/trees.ts';
import { AsideFolder } from './aside-folder.ts';
import { changePermissions } from './change-permissions.ts';
import { ChangedDirectories } from './changed-directories.ts';
import type { DiskCalls } from './disk-calls.ts';
import { diskOutcome } from './disk-refusal.ts';
import { diskSpace } from './disk-space.ts';
import { errorCode } from './error-code.ts';
import { findExpected, isAsFound } from './expected-entries.ts';
import type { FolderWatcher } from './folder-watcher.ts';
import { TOGETHER_FILES_MIN } from './limits.ts';
import { makeDurableTogether } from './make-durable-together.ts';
import { moveFile, type SharedDisk } from './move-file.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { openIgnoreFiles } from './open-ignore-files.ts';
import { lendInState, readInState, readInStateNow } from './read-in-state.ts';
import { isSameInode, isSecondName, renameToFree } from './rename-to-free.ts';
import { replaceFile } from './replace-file.ts';
import { type Place, RootFolder } from './root-folder.ts';
import { type RootMarker, readRootMarker } from './root-marker.ts';
import { absolutePath, ENGINE_FOLDER, folderNames, listFolder, lookAt, type ScannedDisk } from './scan-folder.ts';
import { allocatedBytes, openStagedFile, removeStagedFile, StagedFile, stagedNames } from './staged-file.ts';
import { trashPath } from './trash-path.ts';

export interface NodeFileSystemOptions {
  /** Absolute. */
  readonly root: string;
  readonly marker: RootMarker;
  /** The day that the trash is sorted by, such as `2026-01-31`. */
  readonly today: () => string;
  /** The operating system's, unless told otherwise. */
  readonly calls?: DiskCalls;
  /** Whether patterns of ignored files compare without case; where the disks of the platform do, unless told otherwise. */
  readonly ignoreCase?: boolean;
  /** Told of every folder before it is listed, so that changes after the listing are told. */
  readonly watcher?: FolderWatcher;
  /** From how many files on they are made durable together; TOGETHER_FILES_MIN, unless told otherwise. */
  readonly togetherMin?: number;
}

/** A synced folder on a real disk. Names of changed folders become durable with `flush`. */
export class NodeFileSystem implements FileSystem {
  readonly #options: NodeFileSystemOptions;
  readonly #root: string;
  readonly #calls: DiskCalls;
  readonly #disk: ScannedDisk;
  readonly #folder: RootFolder;
  readonly #aside: AsideFolder;
  readonly #shared: SharedDisk;
  readonly #changed: ChangedDirectories;

  constructor(options: NodeFileSystemOptions) {
    this.#options = options;
    this.#root = options.root;
    this.#calls = options.calls ?? nodeDiskCalls;
    this.#folder = new RootFolder(this.#calls, this.#root);
    this.#changed = new ChangedDirectories(this.#calls);
    const ignores = openIgnoreFiles(this.#root, { calls: this.#calls, ignoreCase: options.ignoreCase });
    this.#disk = { calls: this.#calls, ignores };
    this.#aside = new AsideFolder(this.#root, this.#calls);
    this.#shared = { root: this.#root, calls: this.#calls, aside: this.#aside };
  }

  async verifyRoot(): Promise<'verified' | 'missing' | 'foreign'> {
    const root = this.#folder.object();
    const marker = await readRootMarker(this.#root, this.#calls);
    if (marker === 'missing' || root === undefined || root !== this.#folder.object()) return 'missing';
    if (marker === 'damaged') return 'foreign';
    const { folderId, deviceId, namespaceId } = this.#options.marker;
    const isOurs = marker.folderId === folderId && marker.deviceId === deviceId && marker.namespaceId === namespaceId;
    if (!isOurs) return 'foreign';
    this.#folder.verified(root);
    return 'verified';
  }

  async list(path: string): Promise<FolderListing | undefined> {
    const { watcher } = this.#options;
    watcher?.cover(path);
    const listing = this.#listItself(path);
    if (listing === undefined) watcher?.drop(path);
    else if (listing.complete) watcher?.keepOnly(path, folderNames(listing));
    return listing;
  }

  async look(path: string): Promise<LocalEntry | undefined> {
    return this.#lookNow(path);
  }

  async read(
    file: { readonly path: string; readonly identity: LocalIdentity },
    wanted: WantedBytes,
  ): Promise<{ readonly kind: 'read'; readonly bytes: Uint8Array } | { readonly kind: 'changed' | 'unreadable' }> {
    if (!this.#folder.contains(file)) return { kind: 'changed' };
    return readInState(this.#calls, { path: this.#absolute(file.path), identity: file.identity }, wanted);
  }

  readNow(
    file: { readonly path: string; readonly identity: LocalIdentity },
    into: Uint8Array,
  ): ReturnType<NonNullable<FileSystem['readNow']>> {
    if (!this.#folder.containsNow(file)) return { kind: 'changed' };
    return readInStateNow(this.#calls, { path: this.#absolute(file.path), identity: file.identity }, into);
  }

  async lend(file: {
    readonly path: string;
    readonly identity: LocalIdentity;
  }): Promise<{ readonly kind: 'lent'; readonly file: LentFile } | { readonly kind: 'changed' | 'unreadable' }> {
    if (!this.#folder.contains(file)) return { kind: 'changed' };
    return lendInState(this.#calls, { path: this.#absolute(file.path), identity: file.identity });
  }

  makeFolder(path: string, into?: LocalIdentity): Promise<DiskOutcome> {
    return this.#change({ path, into }, async () => {
      this.#touch(path);
      await this.#calls.mkdir(this.#absolute(path));
      return (entry) => entry.kind === 'folder';
    });
  }

  move(move: Parameters<FileSystem['move']>[0]): Promise<DiskOutcome> {
    const target = { path: move.to, into: move.into };
    return this.#change(target, async () => {
      const isFile = this.#lookNow(move.from)?.kind === 'file';
      const place = isFile ? await this.#aside.room(move.from) : undefined;
      const source = this.#lookNow(move.from);
      if (source === undefined || !sameObject(source.identity, move.identity)) return 'changed';
      if (!this.#folder.contains({ path: move.from }) || !this.#folder.contains(target)) return 'changed';
      const occupant = this.#lookNow(move.to);
      const isOneEntry = occupant !== undefined && this.#isOneEntry(occupant, source);
      if (occupant !== undefined && !isOneEntry && !isSecondName(occupant, source)) return 'changed';
      // Nobody else puts a file under a name of the engine's own, and one step leaves no second name behind.
      const isAside = occupant === undefined && isMovingName(basename(move.to));
      const [from, to] = [this.#absolute(move.from), this.#absolute(move.to)];
      this.#touch(move.from);
      this.#touch(move.to);
      if (source.kind === 'file' && place !== undefined && !isOneEntry && !isAside) {
        await moveFile(this.#shared, { ...move, source, place });
      } else {
        // A folder never replaces anything: over a file or a folder with content the system refuses it.
        this.#calls.renameSync(from, to);
        const moved = this.#lookNow(move.to);
        // Somebody has saved a file there at the last moment, which has lost its name by that.
        if (isAside && moved?.kind === 'file' && !isSameInode(moved, source)) {
          await renameToFree(this.#calls, { from: to, to: from, precious: true });
          return 'changed';
        }
        this.#changed.rename(from, to);
      }
      return (entry) => isSameInode(entry, source);
    });
  }

  trash(doomed: { readonly path: string; readonly expected: ReadonlyMap<string, SeenEntry> }): Promise<DiskOutcome> {
    const { path, expected } = doomed;
    let before: LocalEntry | undefined;
    return this.#change(
      doomed,
      async () => {
        const target = await trashPath(this.#calls, { root: this.#root, path, day: this.#options.today() });
        const place = await this.#aside.room(path);
        // Behind these looks nothing is waited for, so that what somebody does meanwhile does not go along.
        if (!this.#folder.contains(doomed)) return 'changed';
        before = this.#lookNow(path);
        const disk = { root: this.#root, ...this.#disk, calls: this.#calls };
        const found = before === undefined ? undefined : findExpected(disk, before, expected);
        if (found === undefined) return 'changed';
        this.#touch(path);
        this.#changed.add(dirname(target));
        this.#aside.take(path, place);
        // A large folder is looked at for a while, and other programs work meanwhile.
        const isStill = isAsFound(disk, found, { from: path, to: relative(this.#root, place) });
        if (!isStill) {
          await this.#aside.putBack(place);
          return 'changed';
        }
        try {
          this.#aside.moveOn(place, target);
        } catch (error) {
          await this.#aside.putBack(place);
          throw error;
        }
        this.#changed.rename(this.#absolute(path), target);
        return undefined;
      },
      () => before,
    );
  }

  setExecutable(file: {
    readonly path: string;
    readonly identity: LocalIdentity;
    readonly executable: boolean;
  }): Promise<DiskOutcome> {
    return this.#change(file, async () => {
      const isDone = await changePermissions(this.#calls, this.#absolute(file.path), file);
      return isDone ? (entry) => sameWrite(entry.identity, file.identity) : 'changed';
    });
  }

  async stage({ key, size, from }: Parameters<FileSystem['stage']>[0]): Promise<StagedContent> {
    const file = this.#stagingPath(key);
    return openStagedFile(this.#calls, { file, size, from: from === undefined ? from : this.#stagingPath(from) });
  }

  async unstage(key: string): Promise<void> {
    await removeStagedFile(this.#calls, this.#stagingPath(key));
  }

  stagedKeys(): readonly string[] {
    return this.#folder.isItself() ? stagedNames(this.#calls, stagingAt(this.#root)) : [];
  }

  stagedBytes(key: string): number | undefined {
    return this.#folder.isItself() ? allocatedBytes(this.#calls, stagingAt(this.#root, key)) : undefined;
  }

  space(): Promise<DiskSpace | undefined> {
    return diskSpace(this.#calls, this.#root);
  }

  async makeDurable(files: readonly StagedFor[]): Promise<void> {
    if (files.length < (this.#options.togetherMin ?? TOGETHER_FILES_MIN) || !this.#folder.isItself()) return;
    await makeDurableTogether(this.#calls, { directory: stagingAt(this.#root), files });
  }

  publish(file: Parameters<FileSystem['publish']>[0]): Promise<DiskOutcome> {
    const { staged, path, replaces } = file;
    return this.#change(file, async () => {
      if (!(staged instanceof StagedFile)) throw new TypeError('a file system publishes what it staged');
      const target = this.#absolute(path);
      const place = replaces === undefined ? undefined : await this.#aside.room(path);
      const mode = replaces === undefined ? undefined : await modeOf(this.#calls, target);
      const whole = await staged.finish({ mode, executable: file.executable, modifiedAtMs: file.modifiedAtMs });
      // To make it durable has taken its time.
      if (!this.#folder.containsNow(file)) return 'changed';
      this.#touch(path);
      if (replaces === undefined || place === undefined) {
        await renameToFree(this.#calls, { from: staged.file, to: target, precious: false });
      } else if (!(await replaceFile(this.#shared, { staged: staged.file, path, replaces, place }))) {
        return 'changed';
      }
      return (entry) => sameWrite(entry.identity, whole);
    });
  }

  secure(path: string): void {
    this.#touch(path);
  }

  async flush(): Promise<void> {
    await this.#changed.flush();
    await this.#aside.clear();
  }

  bringBack(isAgreed: (identity: LocalIdentity) => boolean): Promise<readonly string[]> {
    return this.#aside.bringBack(isAgreed);
  }

  /** At once, so that nothing of this process comes between the look and what follows it. */
  #lookNow(path: string): LocalEntry | undefined {
    const looked = lookAt(this.#root, path, this.#calls);
    return looked.kind === 'entry' ? looked.entry : undefined;
  }

  /** Whether a disk finds one and the same entry under both names, because it takes them for one: nothing stands in the way then. */
  #isOneEntry(occupant: LocalEntry, source: LocalEntry): boolean {
    return (
      isSameInode(occupant, source) &&
      !this.#calls.readdirSync(this.#absolute(parentPath(occupant.path))).includes(occupant.name)
    );
  }

  /**
   * Runs a change; what the operating system refuses becomes an outcome. A task that put something there tells it from what somebody
   * may have put in its place since, or from what somebody has written into it.
   */
  async #change(
    place: Place,
    task: () => Promise<'changed' | ((entry: LocalEntry) => boolean) | undefined>,
    entryAfter?: () => LocalEntry | undefined,
  ): Promise<DiskOutcome> {
    const { path } = place;
    if (path === ENGINE_FOLDER || path.startsWith(`${ENGINE_FOLDER}/`)) {
      return { kind: 'failed', reason: 'name-reserved' };
    }
    if (!this.#isThere(place)) return { kind: 'changed' };
    let put: Awaited<ReturnType<typeof task>>;
    try {
      put = await task();
    } catch (error) {
      return diskOutcome(error);
    }
    if (put === 'changed') return { kind: 'changed' };
    const looked = entryAfter === undefined ? lookAt(this.#root, path, this.#calls) : undefined;
    if (looked?.kind === 'failed') return { kind: 'failed', reason: 'disk' };
    const entry = looked?.kind === 'entry' ? looked.entry : entryAfter?.();
    // A disk or folder that was taken away meanwhile has nothing of this: it was done to what stands in its place.
    if (entry === undefined || put?.(entry) === false || !this.#isThere(place)) {
      return { kind: 'changed' };
    }
    return { kind: 'done', entry };
  }

  /** Whether the root is the one that was verified, and the folder of a place the one that is meant. */
  #isThere(place: Place): boolean {
    return this.#folder.isItselfNow() && this.#folder.containsNow(place);
  }

  /** A listing of the folder that really is at a path, and not of one that a symbolic link leads to. */
  #listItself(path: string): FolderListing | undefined {
    const listing = listFolder(this.#root, path, this.#disk);
    if (listing === undefined || path === '') return listing;
    try {
      const isItself =
        this.#calls.realpathSync(this.#absolute(path)) === join(this.#calls.realpathSync(this.#root), path);
      return isItself ? listing : undefined;
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? undefined
        : { path, entries: [], complete: false, rulesChanged: false };
    }
  }

  #stagingPath(key: string): string {
    if (!this.#folder.isItselfNow()) throw new DiskRefusedError('the synced folder is not where it was');
    return stagingAt(this.#root, key);
  }

  #absolute(path: string): string {
    return absolutePath(this.#root, path);
  }

  /** Before a name changes: a change that fails may have been made all the same. */
  #touch(path: string): void {
    this.#changed.add(dirname(this.#absolute(path)));
  }
}

function stagingAt(root: string, key = ''): string {
  return join(root, ENGINE_FOLDER, 'staging', key);
}

async function modeOf(calls: DiskCalls, file: string): Promise<number> {
  const handle = await calls.open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return Number((await handle.stat()).mode);
  } finally {
    await handle.close();
  }
}
