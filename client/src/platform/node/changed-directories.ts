import type { DiskCalls } from './disk-calls.ts';
import { diskRefusal } from './disk-refusal.ts';
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
    const results = await Promise.allSettled(directories.map((path) => syncDirectory(this.#calls, path)));
    let failure: Error | undefined;
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      failure = diskRefusal(result.reason);
      const directory = directories[index];
      if (directory !== undefined) this.#directories.add(directory);
    }
    if (failure !== undefined) throw failure;
  }
}
