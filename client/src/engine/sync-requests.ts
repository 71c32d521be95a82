/** Who waits for a sync: those who have asked since the last round began, and those for whom the present rounds are. */
export class SyncRequests {
  readonly #asking: (() => void)[] = [];
  readonly #answering: (() => void)[] = [];
  #hasEnded = false;

  /** Resolves when rounds that begin after this have come to their end. */
  ask(): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    return new Promise((resolve) => void this.#asking.push(resolve));
  }

  /** A round begins: it is for all who have asked until now. */
  begin(): void {
    this.#answering.push(...this.#asking.splice(0));
  }

  /** The rounds have come to their end. */
  answer(): void {
    for (const resolve of this.#answering.splice(0)) resolve();
  }

  /** No round comes any more. */
  end(): void {
    this.#hasEnded = true;
    this.begin();
    this.answer();
  }
}
