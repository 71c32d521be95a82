import { assert, COMMIT_CONFIRM_CHUNKS_MAX, COMMIT_OPERATIONS_MAX } from '@syncline/protocol';

/** What is to be committed, with the chunks that its commit confirms by itself: those of an upload outcome, 0 for other operations. */
interface Committable {
  readonly unconfirmed: number;
}

/** Splits what is to be committed, in order, into requests that keep both limits of a commit: the number of operations and of such chunks. */
export function packCommits<T extends Committable>(items: readonly T[]): readonly (readonly T[])[] {
  const requests: RequestOfMany<T>[] = [];
  for (const item of items) {
    let request = requests.at(-1);
    if (request?.hasRoomFor(item) !== true) requests.push((request = new RequestOfMany<T>()));
    request.add(item);
  }
  return requests.map((request) => request.items);
}

/** Does so with items that come one after the other: of those that follow a full request one is taken before it is given. */
export async function* packCommitsInTurn<T extends Committable>(
  items: AsyncIterable<T>,
): AsyncGenerator<readonly T[], undefined> {
  let request = new RequestOfMany<T>();
  for await (const item of items) {
    if (!request.hasRoomFor(item)) {
      yield request.items;
      request = new RequestOfMany<T>();
    }
    request.add(item);
  }
  if (request.items.length > 0) yield request.items;
}

class RequestOfMany<T extends Committable> {
  readonly items: T[] = [];
  #unconfirmed = 0;

  hasRoomFor({ unconfirmed }: T): boolean {
    return this.items.length < COMMIT_OPERATIONS_MAX && this.#unconfirmed + unconfirmed <= COMMIT_CONFIRM_CHUNKS_MAX;
  }

  add(item: T): void {
    assert(item.unconfirmed <= COMMIT_CONFIRM_CHUNKS_MAX, 'one upload never needs more than a commit can confirm');
    this.items.push(item);
    this.#unconfirmed += item.unconfirmed;
  }
}
