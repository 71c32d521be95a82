import { PLACED_TOGETHER_BYTES, PLACED_TOGETHER_FILES, PLACED_TOGETHER_MS } from './limits.ts';
import type { Clock } from './ports.ts';

interface Sized {
  readonly bytes: number;
}

/**
 * Puts what was fetched in its place, in groups: a disk makes many files durable for little more than one. While a group is placed others are
 * fetched, which become the next one. A file waits for others only as long as more are to come, and not for long; the last ones go at once.
 */
export class Placing<T extends Sized> {
  readonly #place: (group: readonly T[]) => Promise<void>;
  readonly #clock: Pick<Clock, 'after'>;
  #waiting: T[] = [];
  #bytes = 0;
  #isDue = false;
  #cancel: (() => void) | undefined;
  #areAllBegun = false;
  #running: Promise<void> | undefined;
  #hasFailed = false;

  /** `place` is never called while it runs. */
  constructor(place: (group: readonly T[]) => Promise<void>, clock: Pick<Clock, 'after'>) {
    this.#place = place;
    this.#clock = clock;
  }

  /**
   * Takes something over; it is waited for while as much waits as goes at once.
   * @throws whatever placing has thrown.
   */
  async add(item: T): Promise<void> {
    if (this.#waiting.length === 0) this.#cancel = this.#clock.after(PLACED_TOGETHER_MS, () => this.#fallDue());
    this.#waiting.push(item);
    this.#bytes += item.bytes;
    this.#begin();
    while (this.#running !== undefined && (this.#isFull || this.#hasFailed)) await this.#running;
  }

  /** Nothing more is fetched than what is under way. */
  allBegun(): void {
    this.#areAllBegun = true;
    this.#begin();
  }

  /** Resolves when all is placed. @throws whatever placing has thrown. */
  async end(): Promise<void> {
    this.allBegun();
    while (this.#running !== undefined) await this.#running;
  }

  /** What was not placed, because placing has failed. */
  get rest(): readonly T[] {
    return this.#waiting;
  }

  get #isFull(): boolean {
    return this.#waiting.length >= PLACED_TOGETHER_FILES || this.#bytes >= PLACED_TOGETHER_BYTES;
  }

  /** The first of those that wait has waited for long enough. */
  #fallDue(): void {
    this.#isDue = true;
    this.#begin();
  }

  #begin(): void {
    if (this.#running !== undefined || this.#waiting.length === 0) return;
    if (!this.#areAllBegun && !this.#isFull && !this.#isDue) return;
    this.#cancel?.();
    this.#isDue = false;
    const group = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#running = this.#run(group);
    // Whoever adds something, or waits for the end, is told.
    this.#running.catch(() => undefined);
  }

  /** Once one has failed none begins any more. */
  async #run(group: readonly T[]): Promise<void> {
    try {
      await this.#place(group);
    } catch (failure) {
      this.#hasFailed = true;
      throw failure;
    }
    this.#running = undefined;
    this.#begin();
  }
}
