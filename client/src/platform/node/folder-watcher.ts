import type { FSWatcher } from 'node:fs';
import type { Watcher } from '../../engine/ports.ts';

/** Why changes may go unnoticed in some folders, so that they have to be looked for from time to time. */
export type WatchLack =
  /** The person may not watch more folders (`fs.inotify.max_user_watches`). */
  | 'watch-limit'
  /** The person may not run more programs that watch (`fs.inotify.max_user_instances`), or has too many files open. */
  | 'instance-limit'
  /** More folders than WATCHES_MAX. */
  | 'folder-limit'
  /** The operating system refused for another reason. */
  | 'refused';

/**
 * Watches a synced folder on a real disk. It tells of every change that the operating system tells of, in every folder that was
 * covered before it was listed.
 *
 * What no operating system tells of: writes through a memory map, writes to a file through another name of it in another folder, what another machine does to a
 * network drive, a disk that is mounted over a folder; on macOS also events that the system dropped. A walk from time to time finds these.
 */
export interface FolderWatcher extends Watcher {
  /**
   * Makes sure that changes of a folder's entries are told from this moment, under this path. To be called before the folder is
   * listed, each time: the folder may be another one since. Never throws for what stands on the disk; see `degraded`. Cost: one
   * system call when the folder is watched already.
   */
  cover(path: string): void;
  /** Tells which folders a covered folder holds; what was watched below others is not any more. */
  keepOnly(path: string, names: ReadonlySet<string>): void;
  /** Tells that no folder stands at a path. */
  drop(path: string): void;
  /** Undefined while all covered folders are watched, except those that could not be listed either. */
  degraded(): WatchLack | undefined;
  /** How many watches are held, as the operating system counts them. */
  watches(): number;
}

/** The part of `node:fs` that sets a watch. */
export type SetWatch = (
  directory: string,
  options: { readonly recursive: boolean },
  onEvent: (type: string, name: string | null) => void,
) => Pick<FSWatcher, 'on' | 'close'>;
