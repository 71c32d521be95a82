/** Lets many tasks go on at once, or one alone. */
export class Turnstile {
  #sharing = 0;
  #alone: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  /** Runs a task beside others of its kind. */
  async share<T>(task: () => Promise<T>): Promise<T> {
    while (this.#alone !== undefined) await this.#alone;
    this.#sharing += 1;
    try {
      return await task();
    } finally {
      this.#sharing -= 1;
      if (this.#sharing === 0) this.#onIdle?.();
    }
  }

  /** Lets no other task begin, waits for those that have, and runs this one. */
  async alone(task: () => Promise<void>): Promise<void> {
    while (this.#alone !== undefined) await this.#alone;
    const turn = Promise.withResolvers<void>();
    this.#alone = turn.promise;
    try {
      if (this.#sharing > 0) await new Promise<void>((resolve) => void (this.#onIdle = resolve));
      await task();
    } finally {
      this.#onIdle = undefined;
      this.#alone = undefined;
      turn.resolve();
    }
  }
}
