import { runBounded } from '../../engine/run-bounded.ts';
import type { DiskCalls } from './disk-calls.ts';
import { diskRefusal } from './disk-refusal.ts';
import { DIRECTORY_SYNCS_MAX } from './limits.ts';
import { syncDirectory } from './sync-directory.ts';

/** Directories whose names have changed and are not durable. */
export class ChangedDirectories {
  readonly #calls: DiskCalls;
  #directories = new Set<string>();

  constructor(calls: DiskCalls) {
    this.#calls = calls;
  }

  add(directory: string): void {
    this.#directories.add(directory);
  }

  /** A directory was renamed: what has changed in it and below has another path. */
  rename(from: string, to: string): void {
    const renamed = [...this.#directories].map((path) =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path,
    );
    this.#directories = new Set(renamed);
  }

  /**
   * Makes all of them durable.
   * @throws DiskRefusedError when some are not; the next call tries these again.
   */
  async flush(): Promise<void> {
    const directories = [...this.#directories];
    this.#directories.clear();
    let failure: Error | undefined;
    await runBounded(directories, DIRECTORY_SYNCS_MAX, async (directory) => {
      try {
        await syncDirectory(this.#calls, directory);
      } catch (error) {
        failure = diskRefusal(error);
        this.#directories.add(directory);
      }
    });
    if (failure !== undefined) throw failure;
  }
}
