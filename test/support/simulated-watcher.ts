import type { DiskHints, Watcher } from '../../client/src/engine/ports.ts';
import { ENGINE_FOLDER } from '../../client/src/platform/node/scan-folder.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/**
 * How a watcher behaves:
 * - `exact`       tells every folder at once;
 * - `delayed`     tells nothing until `deliver` is called;
 * - `duplicated`  tells every folder at once, and again when `deliver` is called;
 * - `overflow`    knows only that something has happened.
 */
export type WatcherMode = 'exact' | 'delayed' | 'duplicated' | 'overflow';

/** Hints of a simulated disk about one folder of it. What the engine does in its own folder is not told. */
export class SimulatedWatcher implements Watcher {
  readonly #root: string;
  mode: WatcherMode;
  #callback: () => void = () => undefined;
  #folders = new Set<string>();
  #late = new Set<string>();
  #everything = false;
  #isClosed = false;

  constructor(disk: SimulatedDisk, options: { readonly root: string; readonly mode: WatcherMode }) {
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

  #hear(directory: string): void {
    const folder = this.#relative(directory);
    if (this.#isClosed || folder === undefined || folder === ENGINE_FOLDER || folder.startsWith(`${ENGINE_FOLDER}/`))
      return;
    if (this.mode === 'delayed' || this.mode === 'duplicated') this.#late.add(folder);
    if (this.mode === 'overflow') this.#tellEverything();
    else if (this.mode !== 'delayed') this.#tell([folder]);
  }

  #relative(directory: string): string | undefined {
    if (directory === this.#root) return '';
    return directory.startsWith(`${this.#root}/`) ? directory.slice(this.#root.length + 1) : undefined;
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
