import { assert, SECOND_MS } from '@syncline/protocol';

/** How API Gateway counts: tokens come back evenly, and up to `burst` of them wait. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs = 0;

  constructor(perSecond: number, burst: number) {
    assert(perSecond > 0 && burst >= 1, 'a bucket gives something');
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Whether a request at this time is let through. Times never go back. */
  take(nowMs: number): boolean {
    assert(nowMs >= this.#atMs, 'time goes on');
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#atMs) / SECOND_MS) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
