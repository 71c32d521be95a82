import { assert } from '@syncline/protocol';

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/**
 * Bounds what is under way at once, by number and by bytes, over all transfers that share it.
 * Served strictly in order of arrival: a task that waits for an earlier one inside the gate cannot block it.
 */
export class TransferGate {
  readonly #tasksMax: number;
  readonly #bytesMax: number;
  readonly #waiting: Waiting[] = [];
  #tasks = 0;
  #bytes = 0;

  constructor(bounds: { readonly tasksMax: number; readonly bytesMax: number }) {
    this.#tasksMax = bounds.tasksMax;
    this.#bytesMax = bounds.bytesMax;
  }

  /** Runs `task` once there is room for it; `bytes` is the memory that it will hold. */
  async run<T>(bytes: number, task: () => Promise<T>): Promise<T> {
    assert(bytes <= this.#bytesMax, 'a single task must fit into the gate');
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes, start });
      this.#admit();
    });
    try {
      return await task();
    } finally {
      this.#tasks -= 1;
      this.#bytes -= bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#tasks >= this.#tasksMax || this.#bytes + next.bytes > this.#bytesMax) return;
      this.#waiting.shift();
      this.#tasks += 1;
      this.#bytes += next.bytes;
      next.start();
    }
  }
}
