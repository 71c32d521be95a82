import { assert } from '@syncline/protocol';
import type { Clock } from '../api/clock.ts';
import { bodyLength, type Transport, type TransportResponse } from '../api/transport.ts';
import {
  WINDOW_FULL_SHARE,
  WINDOW_GAIN_MIN,
  WINDOW_HOLD_ROUNDS,
  WINDOW_REQUEST_BYTES,
  WINDOW_TASKS_MAX,
  WINDOW_TASKS_MIN,
  WINDOW_TASKS_START,
} from './limits.ts';

/** What was carried since the window was judged last. */
interface Round {
  readonly beganAtMs: number;
  requests: number;
  bytes: number;
  /** Whether nearly as many requests were under way as may be: only then does it show what the window is worth. */
  isFull: boolean;
}

/**
 * How many requests to the store may be under way, as the network bears them. Starts modestly and doubles, later adds one, as long
 * as more requests carry more bytes; takes the last step back when they do not, and tries again after a while. Halves when the store
 * refuses for too much, or does not answer, once for all requests that were under way then.
 *
 * Always within WINDOW_TASKS_MIN and WINDOW_TASKS_MAX. Nothing but what it is told, and the clock, goes into it.
 */
export class RequestWindow {
  readonly #clock: Pick<Clock, 'now'>;
  #limit = WINDOW_TASKS_START;
  #underWay = 0;
  #isStarting = true;
  /** What the window was before its last growth, and what it carried then; undefined while it is held. */
  #before: { readonly limit: number; readonly bytesPerMs: number } | undefined;
  #held = 0;
  /** Counts how often it was halved: who began before that tells nothing new. */
  #halvings = 0;
  #round: Round;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#round = this.#newRound();
  }

  get limit(): number {
    return this.#limit;
  }

  /** A transport whose requests tell the window how the network bears them. */
  watch(transport: Transport): Transport {
    return {
      send: async (request) => {
        const halvings = this.#begin();
        let response: TransportResponse | undefined;
        try {
          response = await transport.send(request);
          return response;
        } finally {
          this.#underWay -= 1;
          const isTooMuch = response === undefined ? request.signal?.aborted !== true : isRefusal(response.status);
          if (isTooMuch) this.#shrink(halvings);
          else if (response !== undefined) this.#carry(bodyLength(request) + response.body.length);
        }
      },
    };
  }

  #begin(): number {
    this.#underWay += 1;
    if (this.#isFull()) this.#round.isFull = true;
    return this.#halvings;
  }

  #carry(bytes: number): void {
    const round = this.#round;
    round.requests += 1;
    round.bytes += bytes + WINDOW_REQUEST_BYTES;
    const elapsedMs = this.#clock.now() - round.beganAtMs;
    if (round.requests < this.#limit || elapsedMs <= 0) return;
    this.#round = this.#newRound();
    if (round.isFull) this.#judge(round.bytes / elapsedMs);
  }

  #judge(bytesPerMs: number): void {
    const before = this.#before;
    if (before === undefined) {
      this.#held += 1;
      if (this.#isStarting || this.#held >= WINDOW_HOLD_ROUNDS) this.#grow(bytesPerMs);
    } else if (bytesPerMs >= before.bytesPerMs * WINDOW_GAIN_MIN ** Math.log2(this.#limit / before.limit)) {
      this.#grow(bytesPerMs);
    } else {
      this.#isStarting = false;
      this.#hold(before.limit);
    }
  }

  #grow(bytesPerMs: number): void {
    const limit = Math.min(WINDOW_TASKS_MAX, this.#isStarting ? this.#limit * 2 : this.#limit + 1);
    if (limit === this.#limit) this.#hold(limit);
    else {
      this.#before = { limit: this.#limit, bytesPerMs };
      this.#limit = limit;
    }
  }

  #shrink(halvings: number): void {
    if (halvings !== this.#halvings) return;
    this.#halvings += 1;
    this.#isStarting = false;
    this.#round = this.#newRound();
    this.#hold(Math.floor(this.#limit / 2));
  }

  #hold(limit: number): void {
    this.#limit = Math.max(WINDOW_TASKS_MIN, limit);
    this.#before = undefined;
    this.#held = 0;
    assert(this.#limit <= WINDOW_TASKS_MAX, 'the window keeps its bounds');
  }

  #newRound(): Round {
    return { beganAtMs: this.#clock.now(), requests: 0, bytes: 0, isFull: this.#isFull() };
  }

  #isFull(): boolean {
    return this.#underWay >= this.#limit * WINDOW_FULL_SHARE;
  }
}

/** The store, or what stands before it, has too much to do. */
function isRefusal(status: number): boolean {
  return status === 429 || status >= 500;
}
