/** What is to happen, by its time: the earliest comes first, and of one time what was put in first. A binary heap. */
export class EventQueue<Event> {
  readonly #heap: { readonly atMs: number; readonly order: number; readonly event: Event }[] = [];
  #order = 0;

  put(atMs: number, event: Event): void {
    const entry = { atMs, order: this.#order, event };
    this.#order += 1;
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = entry;
  }

  take(): { readonly atMs: number; readonly event: Event } | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first !== undefined && last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: { readonly atMs: number; readonly order: number; readonly event: Event }): void {
    let at = 0;
    for (;;) {
      const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const least = isRight ? right : left;
      if (least === undefined || isBefore(entry, least)) break;
      this.#heap[at] = least;
      at = 2 * at + (isRight ? 2 : 1);
    }
    this.#heap[at] = entry;
  }
}

interface Place {
  readonly atMs: number;
  readonly order: number;
}

function isBefore(one: Place, other: Place): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
