import type { DiskHints } from '../../engine/ports.ts';
import { TOUCHED_FOLDERS_MAX } from './limits.ts';

/** Touched folders that wait to be taken. At most TOUCHED_FOLDERS_MAX; beyond that it is everything. */
export class PendingHints {
  #everything = false;
  #folders = new Set<string>();
  #callback: () => void = () => undefined;

  /** Called once when there is something to take, until it was taken; at once, when there already is. */
  onHint(callback: () => void): void {
    this.#callback = callback;
    if (this.#isPending()) callback();
  }

  touch(folder: string): void {
    if (this.#everything || this.#folders.has(folder)) return;
    if (this.#folders.size >= TOUCHED_FOLDERS_MAX) {
      this.touchEverything();
      return;
    }
    const isFirst = this.#folders.size === 0;
    this.#folders.add(folder);
    if (isFirst) this.#callback();
  }

  touchEverything(): void {
    const isFirst = !this.#isPending();
    this.#everything = true;
    this.#folders.clear();
    if (isFirst) this.#callback();
  }

  take(): DiskHints {
    const hints = { everything: this.#everything, folders: this.#folders };
    this.#everything = false;
    this.#folders = new Set();
    return hints;
  }

  close(): void {
    this.#callback = () => undefined;
    this.take();
  }

  #isPending(): boolean {
    return this.#everything || this.#folders.size > 0;
  }
}
