import { HUGE_FILE_BYTES, LARGE_FILE_BYTES, NEIGHBOUR_FILES, SMALL_FILE_BYTES } from './limits.ts';

/** A file that waits for its transfer. */
export interface WaitingFile<T> {
  readonly item: T;
  readonly bytes: number;
  /** When it was changed, on any scale that all files of a queue share. */
  readonly changedAt: number;
  /** Its folder: of files that are transferred at about the same time, those of one folder go one after the other. */
  readonly folder?: string;
}

/**
 * Files that wait for their transfer: small ones before larger ones, and of each those first that were changed last. Of NEIGHBOUR_FILES that would
 * go so, those of one folder stand together.
 */
export class TransferQueue<T> {
  readonly #byRank: readonly RankedFile<T>[];
  /** Put in order when somebody asks for the oldest. */
  #byAge: readonly RankedFile<T>[] | undefined;
  readonly #taken = new Set<WaitingFile<T>>();
  #ranked = 0;
  #aged = 0;

  constructor(files: readonly WaitingFile<T>[]) {
    const ranked = files.map((file): RankedFile<T> => ({ ...file, class: classOf(file) }));
    this.#byRank = neighboursTogether(ranked.toSorted(byRank), byClassAndFolder);
  }

  /** All that were not taken, in the order in which they would be. */
  get rest(): readonly T[] {
    return this.#byRank.filter((file) => !this.#taken.has(file)).map(({ item }) => item);
  }

  /** The next one, without taking it. `oldest`: the one that has waited longest, whatever its size. */
  peek(turn: 'first' | 'oldest'): WaitingFile<T> | undefined {
    if (turn === 'first') {
      while (this.#isTaken(this.#byRank[this.#ranked])) this.#ranked += 1;
      return this.#byRank[this.#ranked];
    }
    this.#byAge ??= neighboursTogether(
      this.#byRank.toSorted((a, b) => a.changedAt - b.changedAt),
      byFolder,
    );
    while (this.#isTaken(this.#byAge[this.#aged])) this.#aged += 1;
    return this.#byAge[this.#aged];
  }

  take(turn: 'first' | 'oldest'): T | undefined {
    const file = this.peek(turn);
    if (file === undefined) return undefined;
    this.#taken.add(file);
    return file.item;
  }

  #isTaken(file: RankedFile<T> | undefined): boolean {
    return file !== undefined && this.#taken.has(file);
  }
}

interface RankedFile<T> extends WaitingFile<T> {
  /** How large it is, in a few steps. */
  readonly class: number;
}

function byRank(a: RankedFile<unknown>, b: RankedFile<unknown>): number {
  const byClass = a.class - b.class;
  return byClass === 0 ? b.changedAt - a.changedAt : byClass;
}

function neighboursTogether<T>(
  files: readonly RankedFile<T>[],
  compare: (a: RankedFile<T>, b: RankedFile<T>) => number,
): readonly RankedFile<T>[] {
  const ordered: RankedFile<T>[] = [];
  for (let start = 0; start < files.length; start += NEIGHBOUR_FILES) {
    ordered.push(...files.slice(start, start + NEIGHBOUR_FILES).toSorted(compare));
  }
  return ordered;
}

function byClassAndFolder(a: RankedFile<unknown>, b: RankedFile<unknown>): number {
  const byClass = a.class - b.class;
  return byClass === 0 ? byFolder(a, b) : byClass;
}

function byFolder({ folder: a = '' }: WaitingFile<unknown>, { folder: b = '' }: WaitingFile<unknown>): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function classOf({ bytes }: { readonly bytes: number }): number {
  return [SMALL_FILE_BYTES, LARGE_FILE_BYTES, HUGE_FILE_BYTES].filter((limit) => bytes > limit).length;
}
