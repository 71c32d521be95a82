import { assert } from '@syncline/protocol';
import { GATE_LARGE_SHARE, GATE_SMALL_TURNS } from './limits.ts';

/** `small` goes before `large`, which has its share all the same. */
export type TransferClass = 'small' | 'large';

/** How many tasks may be under way now. */
export interface TaskLimit {
  readonly limit: number;
}

export interface GateBounds {
  readonly tasksMax: number;
  readonly bytesMax: number;
  /** Fewer tasks at times. */
  readonly window?: TaskLimit | undefined;
}

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

interface Lane {
  readonly of: TransferClass;
  readonly waiting: Waiting[];
}

/**
 * Bounds what is under way at once, by number and by bytes, over all transfers that share it.
 *
 * In a lane tasks are served strictly in order of arrival: a task that waits for an earlier one of its lane inside the gate cannot
 * block it. Lanes of one class take turns. Tasks of small transfers go before those of large ones; while both wait, one in
 * GATE_SMALL_TURNS + 1 is a large one, and large ones never fill the gate, so that a small one can start at once.
 * Source: docs/decisions/0104-large-transfers-beside-rounds.md
 */
export class TransferGate {
  readonly #lanes: Lanes;
  readonly #lane: Lane;

  constructor(bounds: GateBounds | { readonly lanes: Lanes; readonly of: TransferClass }) {
    const own = 'lanes' in bounds ? bounds : { lanes: new Lanes(bounds), of: 'small' as const };
    this.#lanes = own.lanes;
    this.#lane = { of: own.of, waiting: [] };
  }

  /** The same gate, with a lane of its own. */
  lane(of: TransferClass): TransferGate {
    return new TransferGate({ lanes: this.#lanes, of });
  }

  /** Runs `task` once there is room for it; `bytes` is the memory that it will hold. */
  run<T>(bytes: number, task: () => Promise<T>): Promise<T> {
    return this.#lanes.run(this.#lane, bytes, task);
  }
}

/** What all lanes of a gate share. */
class Lanes {
  readonly #bounds: GateBounds;
  /** Those in which something waits, each at its turn. */
  readonly #queues: Readonly<Record<TransferClass, Lane[]>> = { small: [], large: [] };
  readonly #used = { small: { tasks: 0, bytes: 0 }, large: { tasks: 0, bytes: 0 } };
  /** Small tasks in a row that large ones waited for. */
  #passed = 0;

  constructor(bounds: GateBounds) {
    this.#bounds = bounds;
  }

  async run<T>(lane: Lane, bytes: number, task: () => Promise<T>): Promise<T> {
    assert(bytes <= this.#bounds.bytesMax, 'a single task must fit into the gate');
    await new Promise<void>((start) => {
      if (lane.waiting.length === 0) this.#queues[lane.of].push(lane);
      lane.waiting.push({ bytes, start });
      this.#admit();
    });
    const used = this.#used[lane.of];
    try {
      return await task();
    } finally {
      used.tasks -= 1;
      used.bytes -= bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { of, task } = next;
      const queue = this.#queues[of];
      const lane = queue.shift();
      lane?.waiting.shift();
      // The next turn is another lane's.
      if (lane !== undefined && lane.waiting.length > 0) queue.push(lane);
      this.#passed = of === 'small' && this.#queues.large.length > 0 ? this.#passed + 1 : 0;
      this.#used[of].tasks += 1;
      this.#used[of].bytes += task.bytes;
      task.start();
    }
  }

  /** Whose turn it is, if there is room for it; whoever's turn it is waits for that room. */
  #next(): { readonly of: TransferClass; readonly task: Waiting } | undefined {
    const small = this.#queues.small[0]?.waiting[0];
    const first = this.#queues.large[0]?.waiting[0];
    const large = first !== undefined && this.#isWithinShare(first) ? first : undefined;
    const isLargeTurn = large !== undefined && (small === undefined || this.#passed >= GATE_SMALL_TURNS);
    const task = isLargeTurn ? large : small;
    if (task === undefined || !this.#hasRoom(task)) return undefined;
    return { of: isLargeTurn ? 'large' : 'small', task };
  }

  #hasRoom({ bytes }: Waiting): boolean {
    const { small, large } = this.#used;
    const isWithin = small.bytes + large.bytes + bytes <= this.#bounds.bytesMax;
    return isWithin && small.tasks + large.tasks < this.#limit();
  }

  /** One large task may be under way, whatever its size. */
  #isWithinShare({ bytes }: Waiting): boolean {
    const { large } = this.#used;
    if (large.tasks === 0) return true;
    const isWithin = large.tasks + 1 <= this.#limit() * GATE_LARGE_SHARE;
    return isWithin && large.bytes + bytes <= this.#bounds.bytesMax * GATE_LARGE_SHARE;
  }

  #limit(): number {
    const { tasksMax, window } = this.#bounds;
    return Math.min(tasksMax, window?.limit ?? tasksMax);
  }
}
