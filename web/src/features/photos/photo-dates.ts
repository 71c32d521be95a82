import { photoDatesName } from '../../offline/offline-database.ts';
import { openDatabase, resultOf, writeTo } from '../../transfers/indexed-db.ts';
import { PHOTO_DATES_MAX } from './limits.ts';

const DATES = 'dates';

/** By the hash of a content: when it says that it was taken, or that it does not say so. */
interface DateRow {
  readonly id: string;
  readonly takenAt?: string;
}

/**
 * When pictures were taken, as far as this browser has read them. Kept over visits where the browser keeps anything; it goes with the sign-in. A content never
 * changes, so what is known of it stays right. Bounded by PHOTO_DATES_MAX: when there are more, it begins anew.
 */
export class PhotoDates {
  readonly #database: IDBDatabase | undefined;
  readonly #listeners = new Set<() => void>();
  #rows: ReadonlyMap<string, DateRow>;
  #learned: readonly DateRow[] = [];

  private constructor(database: IDBDatabase | undefined, rows: readonly DateRow[]) {
    this.#database = database;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  static async open(accountId: string): Promise<PhotoDates> {
    try {
      const database = await openDatabase(photoDatesName(accountId), [DATES]);
      const rows = database.transaction(DATES).objectStore(DATES).getAll() as IDBRequest<DateRow[]>;
      return new PhotoDates(database, await resultOf(rows));
    } catch {
      // The browser keeps nothing in this window: dates are read once for each visit.
      return new PhotoDates(undefined, []);
    }
  }

  close(): void {
    this.#database?.close();
  }

  /** The same as long as nothing was told. */
  readonly all = (): ReadonlyMap<string, DateRow> => this.#rows;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Not told before `tell`: pictures do not change their places one by one while somebody looks. */
  learn(contentHash: string, takenAt: string | undefined): void {
    this.#learned = [...this.#learned, { id: contentHash, ...(takenAt === undefined ? {} : { takenAt }) }];
  }

  tell(): void {
    const learned = this.#learned;
    if (learned.length === 0) return;
    this.#learned = [];
    const isFull = this.#rows.size + learned.length > PHOTO_DATES_MAX;
    const before = isFull ? [] : this.#rows.entries();
    this.#rows = new Map([...before, ...learned.map((row) => [row.id, row] as const)]);
    for (const listener of this.#listeners) listener();
    void this.#keep(learned, isFull);
  }

  async #keep(learned: readonly DateRow[], isFull: boolean): Promise<void> {
    if (this.#database === undefined) return;
    try {
      await writeTo(this.#database, DATES, (rows) => {
        if (isFull) rows.clear();
        for (const row of learned) rows.put(row);
      });
    } catch {
      // There is no room, or somebody has signed out meanwhile: they are read again on another visit.
    }
  }
}
