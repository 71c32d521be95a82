import type { DiskHints } from '../../client/src/engine/ports.ts';
import type { FolderWatcher } from '../../client/src/platform/node/folder-watcher.ts';
import { ENGINE_FOLDER } from '../../client/src/platform/node/scan-folder.ts';
import type { Inode } from './disk-inode.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/**
 * How a watcher behaves:
 * - `exact`       tells every folder at once;
 * - `delayed`     tells nothing until `deliver` is called;
 * - `duplicated`  tells every folder at once, and again when `deliver` is called;
 * - `overflow`    knows only that something has happened.
 */
export type WatcherMode = 'exact' | 'delayed' | 'duplicated' | 'overflow';

/**
 * Hints of a simulated disk about one folder of it. A watch is of a folder that was covered and not of its path, as inotify has it:
 * it follows the folder through renames and tells the path that it was set with, and of other folders nothing is told.
 */
export class SimulatedWatcher implements FolderWatcher {
  readonly #disk: SimulatedDisk;
  readonly #root: string;
  readonly #watched = new Map<string, Inode>();
  mode: WatcherMode;
  #callback: () => void = () => undefined;
  #folders = new Set<string>();
  #late = new Set<string>();
  #everything = false;
  #isClosed = false;

  constructor(disk: SimulatedDisk, options: { readonly root: string; readonly mode: WatcherMode }) {
    this.#disk = disk;
    this.#root = options.root;
    this.mode = options.mode;
    disk.volume.onChange((directory) => this.#hear(directory));
  }

  onHint(callback: () => void): void {
    this.#callback = callback;
  }

  take(): DiskHints {
    const hints = { everything: this.#everything, folders: this.#folders };
    this.#everything = false;
    this.#folders = new Set();
    return hints;
  }

  isPartial(): boolean {
    return false;
  }

  degraded(): undefined {
    return undefined;
  }

  watches(): number {
    return this.#watched.size;
  }

  cover(path: string): void {
    if (path === ENGINE_FOLDER || path.startsWith(`${ENGINE_FOLDER}/`)) return;
    const found = this.#disk.directoryAt(`${this.#root}/${path}`);
    const present = this.#watched.get(path);
    if (found === undefined) this.drop(path);
    else this.#watched.set(path, found);
    // What was watched below another folder is elsewhere or gone.
    if (found !== undefined && present !== undefined && present !== found) this.#tellOf(this.#dropBelow(path));
  }

  keepOnly(path: string, names: ReadonlySet<string>): void {
    const start = path === '' ? '' : `${path}/`;
    for (const watched of this.#watched.keys()) {
      if (watched === path || !watched.startsWith(start)) continue;
      if (!names.has(watched.slice(start.length).split('/', 1)[0] ?? '')) this.#watched.delete(watched);
    }
  }

  drop(path: string): void {
    this.#watched.delete(path);
    this.#dropBelow(path);
  }

  #dropBelow(path: string): readonly string[] {
    const below = [...this.#watched.keys()].filter((watched) =>
      path === '' ? watched !== '' : watched.startsWith(`${path}/`),
    );
    for (const watched of below) this.#watched.delete(watched);
    return below;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** Tells what was held back. */
  deliver(): void {
    const late = this.#late;
    this.#late = new Set();
    if (late.size > 0) this.#tell(late);
  }

  #hear(directory: Inode): void {
    this.#tellOf([...this.#watched].filter(([, watched]) => watched === directory).map(([path]) => path));
  }

  #tellOf(folders: readonly string[]): void {
    if (this.#isClosed || folders.length === 0) return;
    if (this.mode === 'delayed' || this.mode === 'duplicated') for (const folder of folders) this.#late.add(folder);
    if (this.mode === 'overflow') this.#tellEverything();
    else if (this.mode !== 'delayed') this.#tell(folders);
  }

  #tell(folders: Iterable<string>): void {
    const wasEmpty = this.#isEmpty();
    for (const folder of folders) this.#folders.add(folder);
    if (wasEmpty) this.#callback();
  }

  #tellEverything(): void {
    const wasEmpty = this.#isEmpty();
    this.#everything = true;
    if (wasEmpty) this.#callback();
  }

  #isEmpty(): boolean {
    return !this.#everything && this.#folders.size === 0;
  }
}
