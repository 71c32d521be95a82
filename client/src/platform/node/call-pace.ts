import { CALLS_ELSEWHERE, CALLS_HERE_MAX, SLOW_CALL_MS } from './limits.ts';

/**
 * Decides where calls of the operating system are made: on this thread, which costs least, until one of them takes longer than
 * SLOW_CALL_MS; then the next CALLS_ELSEWHERE on another one, so that a slow disk does not hold up this process. One in CALLS_HERE_MAX
 * goes elsewhere in any case: whoever waits for it lets all else that this process does have its turn.
 */
export class CallPace {
  readonly #nowMs: () => number;
  #elsewhere = 0;
  #here = 0;

  /** `nowMs`: a clock that nobody sets. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whether calls may be made on this thread at the moment; it counts as one. What was begun is told to `ended` then. */
  begin(): number | undefined {
    if (this.#elsewhere > 0) {
      this.#elsewhere -= 1;
      return undefined;
    }
    return this.#nowMs();
  }

  /** Tells that a call, or several of `calls` in a row, has ended that was begun at this time. */
  ended(startedMs: number, calls: number): void {
    if (this.#nowMs() - startedMs > SLOW_CALL_MS * calls) this.#elsewhere = CALLS_ELSEWHERE;
  }

  /** Makes a call once, by one of two ways that do the same. What it throws is thrown. */
  async make<T>(here: () => T, elsewhere: () => Promise<T>): Promise<T> {
    if (this.#elsewhere === 0 && this.#here >= CALLS_HERE_MAX) this.#elsewhere = 1;
    if (this.#elsewhere > 0) {
      this.#elsewhere -= 1;
      this.#here = 0;
      return elsewhere();
    }
    this.#here += 1;
    const startedMs = this.#nowMs();
    try {
      return here();
    } finally {
      if (this.#nowMs() - startedMs > SLOW_CALL_MS) this.#elsewhere = CALLS_ELSEWHERE;
    }
  }
}
