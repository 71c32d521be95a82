import { assert } from '@syncline/protocol';
import type { Clock } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import { BANDWIDTH_BURST_MS, BANDWIDTH_BYTES_PER_SECOND_MIN } from './limits.ts';

/** What may go out and come in in a second, over all transfers of a process. */
export interface Bandwidth {
  readonly upload: BandwidthLimit;
  readonly download: BandwidthLimit;
}

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/**
 * A token bucket: over any interval no more bytes are let through than the rate allows in it, and a burst: what the rate allows in
 * BANDWIDTH_BURST_MS, or the largest single transfer when that is more, because a chunk goes out as a whole.
 *
 * Served strictly in order of arrival. Without a rate nothing waits. The clock may be set: ahead gives no more than a burst, back
 * costs no more than the wait that was due.
 * Source: docs/decisions/0091-bandwidth-before-the-gate.md
 */
export class BandwidthLimit {
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #bytesPerSecond: number | undefined;
  /** Bytes that may go at once; negative while a transfer that was larger than the bucket is paid off. */
  #tokens = 0;
  #filledAtMs: number;
  /** Ends the pause of the one who serves, so that the head of the queue is looked at again. */
  #pause = new AbortController();
  #isServing = false;

  constructor(clock: Clock, bytesPerSecond?: number) {
    this.#clock = clock;
    this.#filledAtMs = clock.now();
    this.change(bytesPerSecond);
    this.#tokens = this.#capacity();
  }

  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond;
  }

  /** Sets another rate, for those who wait as well; undefined lets everything through. */
  change(bytesPerSecond: number | undefined): void {
    const isRate = bytesPerSecond === undefined || bytesPerSecond >= BANDWIDTH_BYTES_PER_SECOND_MIN;
    assert(isRate, `a limit is at least ${BANDWIDTH_BYTES_PER_SECOND_MIN} bytes a second`);
    this.#fill();
    this.#bytesPerSecond = bytesPerSecond;
    this.#tokens = Math.min(this.#tokens, this.#capacity());
    this.#lookAgain();
  }

  /**
   * Resolves when `bytes` may go. `isRepeat`: before all others, for one who has waited already and holds what others need.
   *
   * @throws the signal's reason; one that has not been let through costs nothing then.
   */
  async take(
    bytes: number,
    options: { readonly signal?: AbortSignal | undefined; readonly isRepeat?: boolean } = {},
  ): Promise<void> {
    if (this.#bytesPerSecond === undefined) return;
    const { signal, isRepeat = false } = options;
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        const place = this.#waiting.indexOf(waiting);
        if (place >= 0) this.#waiting.splice(place, 1);
        this.#lookAgain();
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        bytes,
        start: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      if (isRepeat) this.#waiting.unshift(waiting);
      else this.#waiting.push(waiting);
      if (isRepeat) this.#lookAgain();
      void this.#serve();
    });
  }

  /** Gives back what was taken, and is not going to be used. */
  giveBack(bytes: number): void {
    if (this.#bytesPerSecond === undefined) return;
    this.#fill();
    this.#tokens += bytes;
    this.#lookAgain();
  }

  /** Lets the head of the queue through as soon as its time has come, until nobody waits. */
  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      this.#fill();
      const waitMs = this.#waitMs(next.bytes);
      if (waitMs > 0) {
        await pause(this.#clock, waitMs, this.#pause.signal);
        continue;
      }
      this.#waiting.shift();
      if (this.#bytesPerSecond !== undefined) this.#tokens -= next.bytes;
      next.start();
    }
    this.#isServing = false;
  }

  #lookAgain(): void {
    this.#pause.abort();
    this.#pause = new AbortController();
  }

  /** A transfer that is larger than the bucket goes when the bucket is full, and is paid off afterwards. */
  #waitMs(bytes: number): number {
    if (this.#bytesPerSecond === undefined) return 0;
    const lacking = Math.min(bytes, this.#capacity()) - this.#tokens;
    return lacking <= 0 ? 0 : Math.ceil((lacking * 1000) / this.#bytesPerSecond);
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#filledAtMs = nowMs;
    const earned = (elapsedMs * (this.#bytesPerSecond ?? 0)) / 1000;
    this.#tokens = Math.min(this.#capacity(), this.#tokens + earned);
  }

  /** Nothing is saved up while there is no limit. */
  #capacity(): number {
    return this.#bytesPerSecond === undefined ? 0 : (this.#bytesPerSecond * BANDWIDTH_BURST_MS) / 1000;
  }
}
