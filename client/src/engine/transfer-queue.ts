import {
  FRESH_FILES,
  HUGE_FILE_BYTES,
  LARGE_FILE_BYTES,
  NEIGHBOUR_BYTES,
  NEIGHBOUR_FILES,
  SMALL_FILE_BYTES,
} from './limits.ts';
import type { TransferPace } from './transfer-pace.ts';

/** A file that waits for its transfer. */
export interface WaitingFile<T> {
  readonly item: T;
  readonly bytes: number;
  /** When it was changed, on any scale that all files of a queue share. */
  readonly changedAt: number;
  /** Its place, in words that both sides have for it: files that lie next to each other go one after the other. */
  readonly folder: string;
  readonly name: string;
}

/**
 * Files that wait for their transfer, small ones before larger ones. Those that were changed last go first, one by one. All others go in blocks of
 * neighbours, folder by folder and by their names, the block with the latest change first: sent so they lie next to each other in packs, and
 * whoever fetches them so reads them together, whatever times they have.
 *
 * Now and then it is the turn of the file that has waited longest, whatever its size, and of its block. Cost: two sorts of all files, and a third when it is first asked for.
 */
export class TransferQueue<T> {
  readonly #fresh: readonly RankedFile<T>[];
  readonly #blocks: readonly Block<T>[];
  readonly #blockOf = new Map<RankedFile<T>, Block<T>>();
  /** Put in order when somebody asks for the oldest. */
  #byAge: readonly RankedFile<T>[] | undefined;
  readonly #taken = new Set<RankedFile<T>>();
  /** How many of each were looked at, and taken before. */
  readonly #passed = { fresh: 0, blocks: 0, aged: 0 };
  #block: Block<T> | undefined;
  #next: RankedFile<T> | undefined;

  constructor(files: readonly WaitingFile<T>[]) {
    const byRank = files.map((file): RankedFile<T> => ({ ...file, class: classOf(file) })).toSorted(compareRanks);
    this.#fresh = byRank.slice(0, FRESH_FILES);
    this.#blocks = blocksOf(byRank.slice(FRESH_FILES));
    for (const block of this.#blocks) for (const file of block.files) this.#blockOf.set(file, block);
  }

  /** All that were not taken, in the order in which they would be if none had waited for long. */
  get rest(): readonly T[] {
    const all = [...this.#fresh, ...this.#blocks.flatMap(({ files }) => files)];
    return all.filter((file) => !this.#taken.has(file)).map(({ item }) => item);
  }

  /** The next one, without taking it. Whose turn it is is asked at the beginning, and with each block. */
  peek(pace: Pick<TransferPace, 'isOldestTurn'>): WaitingFile<T> | undefined {
    this.#next ??= this.#choose(pace);
    return this.#next;
  }

  take(pace: Pick<TransferPace, 'isOldestTurn'>): T | undefined {
    this.peek(pace);
    const file = this.#next;
    if (file === undefined) return undefined;
    this.#next = undefined;
    this.#taken.add(file);
    return file.item;
  }

  #choose(pace: Pick<TransferPace, 'isOldestTurn'>): RankedFile<T> | undefined {
    const left = this.#fresh.length + this.#blockOf.size - this.#taken.size;
    // Whose turn it is is not asked for nothing: the turn would be lost.
    if (left === 0) return undefined;
    if (this.#taken.size === 0 && pace.isOldestTurn()) {
      this.#block = this.#oldestBlock();
      if (this.#block === undefined) return this.#oldest();
    }
    const neighbour = this.#block === undefined ? undefined : this.#firstOf(this.#block);
    if (neighbour !== undefined) return neighbour;
    const fresh = this.#firstLeft(this.#fresh, 'fresh');
    if (fresh !== undefined) return fresh;
    this.#block = pace.isOldestTurn() ? this.#oldestBlock() : this.#firstBlock();
    return this.#block === undefined ? undefined : this.#firstOf(this.#block);
  }

  #firstOf(block: Block<T>): RankedFile<T> | undefined {
    while (this.#isTaken(block.files[block.passed])) block.passed += 1;
    return block.files[block.passed];
  }

  #firstBlock(): Block<T> | undefined {
    for (; this.#passed.blocks < this.#blocks.length; this.#passed.blocks++) {
      const block = this.#blocks[this.#passed.blocks];
      if (block !== undefined && this.#firstOf(block) !== undefined) return block;
    }
    return undefined;
  }

  #oldest(): RankedFile<T> | undefined {
    this.#byAge ??= [...this.#fresh, ...this.#blockOf.keys()].toSorted((a, b) => a.changedAt - b.changedAt);
    return this.#firstLeft(this.#byAge, 'aged');
  }

  #oldestBlock(): Block<T> | undefined {
    const oldest = this.#oldest();
    return oldest === undefined ? undefined : this.#blockOf.get(oldest);
  }

  #firstLeft(files: readonly RankedFile<T>[], list: 'fresh' | 'aged'): RankedFile<T> | undefined {
    while (this.#isTaken(files[this.#passed[list]])) this.#passed[list] += 1;
    return files[this.#passed[list]];
  }

  #isTaken(file: RankedFile<T> | undefined): boolean {
    return file !== undefined && this.#taken.has(file);
  }
}

interface RankedFile<T> extends WaitingFile<T> {
  /** How large it is, in a few steps. */
  readonly class: number;
}

/** Neighbours of one class. */
interface Block<T> {
  readonly files: RankedFile<T>[];
  bytes: number;
  changedAt: number;
  /** How many of them were found to be taken. */
  passed: number;
}

function blocksOf<T>(files: readonly RankedFile<T>[]): readonly Block<T>[] {
  const blocks: Block<T>[] = [];
  for (const file of files.toSorted(comparePlaces)) {
    const block = blocks.at(-1);
    if (block === undefined || !hasRoom(block, file)) {
      blocks.push({ files: [file], bytes: file.bytes, changedAt: file.changedAt, passed: 0 });
      continue;
    }
    block.files.push(file);
    block.bytes += file.bytes;
    block.changedAt = Math.max(block.changedAt, file.changedAt);
  }
  return blocks.toSorted((a, b) => compareRanks(rankOf(a), rankOf(b)));
}

function hasRoom<T>({ files, bytes }: Block<T>, file: RankedFile<T>): boolean {
  const isOfClass = files[0]?.class === file.class;
  return isOfClass && files.length < NEIGHBOUR_FILES && bytes + file.bytes <= NEIGHBOUR_BYTES;
}

type Rank = Pick<RankedFile<unknown>, 'class' | 'changedAt'>;

function rankOf({ files, changedAt }: Block<unknown>): Rank {
  return { class: files[0]?.class ?? 0, changedAt };
}

function compareRanks(a: Rank, b: Rank): number {
  return a.class === b.class ? b.changedAt - a.changedAt : a.class - b.class;
}

function comparePlaces(a: RankedFile<unknown>, b: RankedFile<unknown>): number {
  if (a.class !== b.class) return a.class - b.class;
  return a.folder === b.folder ? compareTexts(a.name, b.name) : compareTexts(a.folder, b.folder);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function classOf({ bytes }: { readonly bytes: number }): number {
  return [SMALL_FILE_BYTES, LARGE_FILE_BYTES, HUGE_FILE_BYTES].filter((limit) => bytes > limit).length;
}
