import type { Clock } from '../api/clock.ts';

/** Tells waiting parts of the program that something has changed. Changes that come while nobody waits are told as one. */
export class ChangeSignal {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #waiting = new Set<() => void>();
  #version = 0;

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#clock = clock;
  }

  /** What `wait` compares with: a change after this moment ends the wait at once. */
  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves after the first change since `version`, after `msMax` milliseconds, or when the signal aborts: whichever is first. */
  async wait(options: {
    readonly version: number;
    readonly signal?: AbortSignal | undefined;
    readonly msMax?: number | undefined;
  }): Promise<void> {
    const { version, signal, msMax } = options;
    if (this.#version !== version || signal?.aborted === true) return;
    const over = new AbortController();
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        over.abort();
        signal?.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      // The sleep is rejected when something else ends the wait.
      if (msMax !== undefined) void this.#clock.sleep(msMax, over.signal).then(wake, wake);
      signal?.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
