import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { machineMs } from './machine-clock.ts';

/** Tells when files are complete in a folder, by the system's own events: nothing is polled that would take time from a daemon. */
export class ArrivalWatch {
  readonly #folder: string;
  readonly #watcher: FSWatcher;
  readonly #expected = new Map<string, () => void>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#watcher = watch(folder, (_event, name) => {
      if (name !== null) this.#expected.get(name)?.();
    });
  }

  /**
   * The time (`machineMs`) at which the file of this name had exactly these bytes: that of the event after which it
   * was found so. Undefined when it never had within the time.
   */
  async arrival(name: string, bytes: Buffer, timeoutMs: number): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const look = (): void => {
      const seenAt = machineMs();
      if (readIfThere(join(this.#folder, name))?.equals(bytes) === true) resolve(seenAt);
    };
    this.#expected.set(name, look);
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#expected.delete(name);
    });
  }

  close(): void {
    this.#watcher.close();
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
