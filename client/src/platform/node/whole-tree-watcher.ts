import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskHints } from '../../engine/ports.ts';
import { parentPath } from '../../engine/trees.ts';
import { errorCode } from './error-code.ts';
import type { FolderWatcher, SetWatch, WatchLack } from './folder-watcher.ts';
import { TREE_REOPENS_MAX, TREE_START_MS } from './limits.ts';
import { PendingHints } from './pending-hints.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';
import { lackOf } from './watch-lack.ts';

/** One watch for the whole tree, as macOS and Windows have it. Events come with their path. */
export class WholeTreeWatcher implements FolderWatcher {
  readonly #options: { readonly root: string; readonly platform: NodeJS.Platform; readonly setWatch: SetWatch };
  readonly #hints = new PendingHints();
  #handle: ReturnType<SetWatch> | undefined;
  /** Which folder the watch is of. */
  #rootKey = '';
  #lack: WatchLack | undefined;
  #reopens = 0;
  #startTimer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly root: string;
    readonly platform: NodeJS.Platform;
    readonly setWatch: SetWatch;
  }) {
    this.#options = options;
    this.#open();
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
    return this.#lack;
  }

  watches(): number {
    return this.#handle === undefined ? 0 : 1;
  }

  /** The watch of the root has all of them; it is set anew when it was lost or the root is another folder. */
  cover(path: string): void {
    if (path !== '' || this.#reopens > TREE_REOPENS_MAX) return;
    if (this.#handle !== undefined && this.#rootKey === keyOf(this.#options.root)) return;
    this.#reopens += 1;
    this.#open();
  }

  keepOnly(): void {
    // There are no watches below the root.
  }

  drop(path: string): void {
    if (path === '') this.#closeHandle();
  }

  async close(): Promise<void> {
    this.#reopens = Number.POSITIVE_INFINITY;
    this.#hints.close();
    this.#closeHandle();
  }

  #open(): void {
    const { root, platform, setWatch } = this.#options;
    this.#closeHandle();
    this.#rootKey = keyOf(root);
    let handle: ReturnType<SetWatch>;
    try {
      handle = setWatch(root, { recursive: true }, (type, name) => {
        if (handle === this.#handle) this.#onEvent(type, name);
      });
    } catch (error) {
      const lack = lackOf(error);
      this.#lack = lack === 'gone' || lack === 'unreadable' ? 'refused' : lack;
      return;
    }
    handle.on('error', () => {
      if (handle === this.#handle) this.#onError();
    });
    this.#handle = handle;
    this.#lack = undefined;
    if (platform === 'darwin') {
      this.#startTimer = setTimeout(() => this.#hints.touchEverything(), TREE_START_MS).unref();
    }
  }

  #onEvent(type: string, name: string | null): void {
    this.#reopens = 0;
    if (name === null) {
      this.#hints.touchEverything();
      return;
    }
    const path = this.#options.platform === 'win32' ? name.replaceAll('\\', '/') : name;
    if (path === ENGINE_FOLDER || path.startsWith(`${ENGINE_FOLDER}/`)) return;
    this.#hints.touch(parentPath(path));
    // Of a folder that came, nothing tells what it holds.
    if (type === 'rename' && isFolder(join(this.#options.root, path))) this.#hints.touch(path);
  }

  #onError(): void {
    this.#closeHandle();
    this.#lack = 'refused';
    this.#hints.touchEverything();
  }

  #closeHandle(): void {
    clearTimeout(this.#startTimer);
    const handle = this.#handle;
    this.#handle = undefined;
    handle?.close();
  }
}

function keyOf(root: string): string {
  const stat = quietly(() => statSync(root, { bigint: true, throwIfNoEntry: false }));
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
}

function isFolder(path: string): boolean {
  return quietly(() => lstatSync(path, { throwIfNoEntry: false }))?.isDirectory() === true;
}

/** What the disk says; undefined when it would not. */
function quietly<T>(look: () => T | undefined): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
