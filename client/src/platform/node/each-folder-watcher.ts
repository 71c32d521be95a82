import { type BigIntStats, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskHints } from '../../engine/ports.ts';
import { joinPath, parentPath } from '../../engine/trees.ts';
import { errorCode } from './error-code.ts';
import type { FolderWatcher, SetWatch, WatchLack } from './folder-watcher.ts';
import { type InotifyQueue, inotifyQueue } from './inotify-queue.ts';
import { TOUCHED_FOLDERS_MAX, WATCHES_MAX } from './limits.ts';
import { PendingHints } from './pending-hints.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';
import { lackOf } from './watch-lack.ts';

/** The watch of one folder. */
interface Watch {
  /** Which folder it is of. */
  readonly stat: BigIntStats;
  handle: ReturnType<SetWatch> | undefined;
  /** Names came or went, perhaps that of the folder itself: then the kernel may have given the watch up. */
  isUnsure: boolean;
  /** It is about to be closed, and what it tells is no hint. */
  isRetired: boolean;
}

/**
 * One watch for each folder, as inotify has it. A watch belongs to a folder and not to its path: after a rename it goes on under
 * the path that it was set with. Nothing is lost by that, as long as the parent of what was renamed is listed, which its own watch
 * asks for, and then everything below what is found in the new place.
 */
export class EachFolderWatcher implements FolderWatcher {
  readonly #root: string;
  readonly #setWatch: SetWatch;
  readonly #hints = new PendingHints();
  readonly #queue: InotifyQueue = inotifyQueue();
  readonly #watches = new Map<string, Watch>();
  /** Folders that were covered and are not watched. */
  readonly #lacking = new Map<string, WatchLack | 'unreadable'>();
  /** Names of the folders that are covered, by the folder that they are in. */
  readonly #subfolders = new Map<string, Set<string>>();
  /** Folders that were covered and not there when they were to be listed, each with what was covered below it. */
  readonly #missing = new Map<string, readonly string[]>();
  #retired: Watch[] = [];
  #isClosed = false;

  constructor(options: { readonly root: string; readonly setWatch: SetWatch }) {
    this.#root = options.root;
    this.#setWatch = options.setWatch;
    this.#queue.onOverrun(this.#onOverrun);
  }

  onHint(callback: () => void): void {
    this.#hints.onHint(callback);
  }

  take(): DiskHints {
    return this.#hints.take();
  }

  isPartial(): boolean {
    return this.degraded() !== undefined;
  }

  degraded(): WatchLack | undefined {
    for (const lack of this.#lacking.values()) if (lack !== 'unreadable') return lack;
    return undefined;
  }

  watches(): number {
    return this.#watches.size;
  }

  cover(path: string): void {
    if (this.#isClosed || path === ENGINE_FOLDER || path.startsWith(`${ENGINE_FOLDER}/`)) return;
    const stat = this.#look(path);
    if (stat === 'unknown') return;
    if (stat === undefined) {
      this.drop(path);
      return;
    }
    const present = this.#watches.get(path);
    const isSame = present !== undefined && isSameFolder(present.stat, stat);
    if (isSame && !present.isUnsure) return;
    // The new watch is set before the old one is given up: of the same folder, they are one in the kernel.
    this.#set(path, stat);
    this.#touchMissed(path);
    if (present !== undefined) this.#retire(present);
    if (!isSame && present !== undefined) {
      // Watches below are of folders that are elsewhere or gone; their paths may stand for others.
      for (const gone of this.#dropBelow(path)) this.#hints.touch(gone);
    }
  }

  keepOnly(path: string, names: ReadonlySet<string>): void {
    for (const name of this.#subfolders.get(path) ?? []) if (!names.has(name)) this.#giveUp(joinPath(path, name));
    for (const missing of this.#missing.keys()) {
      const name = nameBelow(path, missing);
      if (name === undefined) continue;
      if (!names.has(name)) this.#missing.delete(missing);
      // It was elsewhere for a moment. Who lists its parent now takes it for the folder that is known, and does not look into it.
      else if (missing === joinPath(path, name)) this.#touchMissed(missing);
    }
  }

  drop(path: string): void {
    const below = this.#giveUp(path);
    if (this.#missing.size < TOUCHED_FOLDERS_MAX) {
      this.#missing.set(path, [...(this.#missing.get(path) ?? []), ...below]);
      return;
    }
    this.#missing.clear();
    this.#hints.touchEverything();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.removeCallback(this.#onOverrun);
    this.#hints.close();
    for (const watch of this.#watches.values()) closeWatch(watch);
    this.#watches.clear();
    this.#lacking.clear();
    this.#subfolders.clear();
    this.#missing.clear();
  }

  #set(path: string, stat: BigIntStats): void {
    this.#watches.delete(path);
    this.#lacking.delete(path);
    this.#register(path);
    if (this.#watches.size >= WATCHES_MAX) {
      this.#lacking.set(path, 'folder-limit');
      return;
    }
    const watch: Watch = { stat, handle: undefined, isUnsure: false, isRetired: false };
    try {
      watch.handle = this.#setWatch(join(this.#root, path), { recursive: false }, (type, name) =>
        this.#onEvent({ path, watch }, type, name),
      );
    } catch (error) {
      const lack = lackOf(error);
      if (lack !== 'gone') this.#lacking.set(path, lack);
      return;
    }
    watch.handle.on('error', () => this.#onError(path, watch));
    this.#watches.set(path, watch);
  }

  #onEvent(source: { readonly path: string; readonly watch: Watch }, type: string, name: string | null): void {
    const { path, watch } = source;
    this.#queue.count();
    if (watch.isRetired) return;
    if (name === null) {
      watch.isUnsure = true;
      this.#hints.touchEverything();
      return;
    }
    if (path === '' && name === ENGINE_FOLDER) return;
    if (type === 'rename') watch.isUnsure = true;
    this.#hints.touch(path);
    // What happens to a folder itself is told by its own watch, where it has one.
    if (this.#lacking.size > 0 && this.#lacking.has(joinPath(path, name))) this.#hints.touch(joinPath(path, name));
  }

  #onError(path: string, watch: Watch): void {
    if (watch.isRetired) return;
    this.#retire(watch);
    this.#watches.delete(path);
    this.#lacking.set(path, 'refused');
    this.#hints.touchEverything();
  }

  readonly #onOverrun = (): void => this.#hints.touchEverything();

  /** A link is no folder, but the root may be one. */
  #look(path: string): BigIntStats | 'unknown' | undefined {
    const options = { bigint: true, throwIfNoEntry: false } as const;
    try {
      const stat = path === '' ? statSync(this.#root, options) : lstatSync(join(this.#root, path), options);
      return stat?.isDirectory() === true ? stat : undefined;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return 'unknown';
    }
  }

  #register(path: string): void {
    for (let child = path; child !== ''; child = parentPath(child)) {
      const names = this.#subfolders.get(parentPath(child)) ?? new Set();
      if (names.has(nameOf(child))) return;
      this.#subfolders.set(parentPath(child), names.add(nameOf(child)));
    }
  }

  #giveUp(path: string): readonly string[] {
    const below = this.#dropBelow(path);
    this.#forget(path);
    if (path !== '') this.#subfolders.get(parentPath(path))?.delete(nameOf(path));
    return below;
  }

  #touchMissed(path: string): void {
    const below = this.#missing.get(path);
    if (below === undefined) return;
    this.#missing.delete(path);
    for (const folder of [path, ...below]) this.#hints.touch(folder);
  }

  #dropBelow(path: string): readonly string[] {
    const dropped: string[] = [];
    const pending = [path];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for (const name of this.#subfolders.get(folder) ?? []) {
        const below = joinPath(folder, name);
        this.#forget(below);
        dropped.push(below);
        pending.push(below);
      }
      this.#subfolders.delete(folder);
    }
    return dropped;
  }

  #forget(path: string): void {
    const watch = this.#watches.get(path);
    if (watch !== undefined) this.#retire(watch);
    this.#watches.delete(path);
    this.#lacking.delete(path);
  }

  /**
   * Closes a watch when all that is queued for it has been taken. What is queued for a closed one is thrown away without a trace,
   * and then a queue that ran over could not be told from a short one.
   */
  #retire(watch: Watch): void {
    watch.isRetired = true;
    this.#retired.push(watch);
    if (this.#retired.length > 1) return;
    setImmediate(() => {
      const retired = this.#retired;
      this.#retired = [];
      // Between two immediates the queue is emptied once.
      setImmediate(() => retired.forEach(closeWatch));
    });
  }
}

function closeWatch(watch: Watch): void {
  watch.isRetired = true;
  watch.handle?.close();
}

/** Inode numbers are used again at once; the time of birth tells them apart where the file system keeps it. */
function isSameFolder(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.birthtimeNs === b.birthtimeNs;
}

/** The name in a folder by which a path leads on; undefined when it does not lead through the folder. */
function nameBelow(folder: string, path: string): string | undefined {
  const start = folder === '' ? 0 : folder.length + 1;
  if (path.length <= start || (folder !== '' && !path.startsWith(`${folder}/`))) return undefined;
  return path.slice(start).split('/', 1)[0];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
