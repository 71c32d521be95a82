import type { Clock } from '../api/clock.ts';
import type { Bandwidth } from './bandwidth-limit.ts';
import { LINK_ROUND_BYTES } from './limits.ts';

/** Time that this thread has worked, in milliseconds. */
export type ThreadTime = () => number;

/**
 * How fast bytes go out to the store, as the PUTs show it that are under way anyway: over rounds of LINK_ROUND_BYTES and more, in the time
 * in which at least one was under way and this thread had nothing else to do. So a thread that is busy does not make a link look slow.
 *
 * Many small PUTs look slow on any link, because they mostly wait. Nothing but what it is told, and both clocks, goes into it.
 */
export class LinkRate {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #threadTime: ThreadTime;
  #underWay = 0;
  #beganAtMs = 0;
  #workedMs = 0;
  /** Of the round that is not over. */
  #bytes = 0;
  #waitedMs = 0;
  #bytesPerSecond: number | undefined;

  constructor(clock: Pick<Clock, 'now'>, threadTime: ThreadTime) {
    this.#clock = clock;
    this.#threadTime = threadTime;
  }

  /** Undefined until enough was sent. */
  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond;
  }

  /** Sends `bytes` bytes, and takes note of how long that takes. What fails tells nothing. */
  async measure<T>(bytes: number, send: () => Promise<T>): Promise<T> {
    if (this.#underWay === 0) this.#begin();
    this.#underWay += 1;
    try {
      const answer = await send();
      this.#bytes += bytes;
      return answer;
    } finally {
      this.#underWay -= 1;
      this.#pass();
    }
  }

  #begin(): void {
    this.#beganAtMs = this.#clock.now();
    this.#workedMs = this.#threadTime();
  }

  #pass(): void {
    const [nowMs, workedMs] = [this.#clock.now(), this.#threadTime()];
    this.#waitedMs += Math.max(0, nowMs - this.#beganAtMs - (workedMs - this.#workedMs));
    this.#beganAtMs = nowMs;
    this.#workedMs = workedMs;
    if (this.#bytes < LINK_ROUND_BYTES) return;
    this.#bytesPerSecond = (this.#bytes * 1000) / Math.max(1, this.#waitedMs);
    this.#bytes = 0;
    this.#waitedMs = 0;
  }
}

/** Whether bytes go out at less than a rate: what is not known is slow, as most links are. */
export function isSlowerThan(
  bytesPerSecond: number,
  { bandwidth, link }: { readonly bandwidth?: Bandwidth | undefined; readonly link?: LinkRate | undefined },
): boolean {
  const limit = bandwidth?.upload.bytesPerSecond ?? Number.POSITIVE_INFINITY;
  return Math.min(limit, link?.bytesPerSecond ?? 0) < bytesPerSecond;
}
