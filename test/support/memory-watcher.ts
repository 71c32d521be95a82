import type { DiskHints, Watcher } from '../../client/src/engine/ports.ts';

/**
 * Hints of a disk in memory, about folders that were listed. They come at once, and none is lost. A watch is of a folder and not of its
 * path: after a rename it tells the path that it was set with.
 */
export class MemoryWatcher implements Watcher {
  readonly #covered = new Map<string, bigint>();
  #folders = new Set<string>();
  #callback: (() => void) | undefined;

  /** Watches the folder that stands at a path, and what of its own folders is watched no longer belongs to others. */
  cover(path: string, folder: { readonly inode: bigint; readonly folders: ReadonlySet<string> }): void {
    const present = this.#covered.get(path);
    this.#covered.set(path, folder.inode);
    const isOther = present !== undefined && present !== folder.inode;
    for (const covered of this.#covered.keys()) {
      if (covered === path || !(path === '' || covered.startsWith(`${path}/`))) continue;
      const name = covered.slice(path === '' ? 0 : path.length + 1).split('/', 1)[0] ?? '';
      if (!isOther && folder.folders.has(name)) continue;
      this.#covered.delete(covered);
      if (isOther) this.#tell(covered);
    }
  }

  /** Something has changed in a folder. */
  touch(inode: bigint | undefined): void {
    for (const [path, covered] of this.#covered) if (covered === inode) this.#tell(path);
  }

  #tell(path: string): void {
    const wasEmpty = this.#folders.size === 0;
    this.#folders.add(path);
    if (wasEmpty) this.#callback?.();
  }

  onHint(callback: () => void): void {
    this.#callback = callback;
  }

  take(): DiskHints {
    const folders = this.#folders;
    this.#folders = new Set();
    return { everything: false, folders };
  }

  isPartial(): boolean {
    return false;
  }

  close(): Promise<void> {
    this.#callback = undefined;
    return Promise.resolve();
  }
}
