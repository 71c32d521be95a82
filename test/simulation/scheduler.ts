import { assert } from '@syncline/protocol';
import type { Chance } from './chance.ts';

/** Events of one history; one that has more does not come to its end. */
const EVENTS_MAX = 300_000;

interface Event {
  readonly atMs: number;
  /** Chosen by the seed: which of several events of one moment comes first. */
  readonly tie: number;
  readonly action: () => void;
}

/**
 * Simulated time. Whatever waits in a history (for the network, a disk, a timer) waits for an event here; between two events all
 * that needs no event runs to its end. So one seed gives one history, and nothing waits in real time.
 */
export class Scheduler {
  readonly #chance: Chance;
  readonly #heap: Event[] = [];
  readonly #eventsMax: number;
  #nowMs: number;
  #digest = 0;
  #events = 0;

  constructor(options: { readonly chance: Chance; readonly startMs: number; readonly eventsMax?: number }) {
    this.#eventsMax = options.eventsMax ?? EVENTS_MAX;
    this.#chance = options.chance;
    this.#nowMs = options.startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get events(): number {
    return this.#events;
  }

  /** Two histories with the same digest had the same events at the same times. */
  get digest(): number {
    return this.#digest;
  }

  after(delayMs: number, action: () => void): void {
    this.#push({ atMs: this.#nowMs + Math.max(0, delayMs), tie: this.#chance.uint32(), action });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Mixes something that happened into the digest. */
  note(fact: number): void {
    this.#digest = (Math.imul(this.#digest ^ fact, 0x01000193) + 0x9e3779b9) >>> 0;
  }

  /** Lets events happen until `isDone`, or until there are none left: answers which of the two it was. */
  run(isDone: () => boolean): Promise<'done' | 'silent'> {
    return new Promise((resolve, reject) => {
      // A tick that a microtask asks for comes when all microtasks have run: that is, when nothing goes on without an event.
      const goOn = (): void => queueMicrotask(() => process.nextTick(turn));
      const turn = (): void => {
        try {
          if (isDone()) return resolve('done');
          const event = this.#pop();
          if (event === undefined) return resolve('silent');
          this.#events += 1;
          assert(this.#events <= this.#eventsMax, 'a history comes to its end');
          this.#nowMs = event.atMs;
          this.note(event.atMs ^ event.tie);
          event.action();
          goOn();
        } catch (error) {
          reject(error);
        }
      };
      goOn();
    });
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs === b.atMs ? a.tie < b.tie : a.atMs < b.atMs;
}
