import { watch } from 'node:fs';
import { EachFolderWatcher } from './each-folder-watcher.ts';
import type { FolderWatcher, SetWatch } from './folder-watcher.ts';
import { WholeTreeWatcher } from './whole-tree-watcher.ts';

export interface FolderWatcherOptions {
  /** Absolute. */
  readonly root: string;
  readonly platform?: NodeJS.Platform;
  readonly setWatch?: SetWatch;
}

/**
 * Starts to watch. On Linux each folder has a watch of its own: what Node calls recursive there is a watch for every file. macOS
 * and Windows watch a tree as a whole.
 */
export function openFolderWatcher(options: FolderWatcherOptions): FolderWatcher {
  const { root, platform = process.platform, setWatch = watch } = options;
  if (platform === 'darwin' || platform === 'win32') return new WholeTreeWatcher({ root, platform, setWatch });
  return new EachFolderWatcher({ root, setWatch });
}
