import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { STATE_ROWS_PER_STATEMENT } from './limits.ts';

/** Sets rows, STATE_ROWS_PER_STATEMENT with one statement where there are as many, which takes two thirds of the time. */
export class RowSetter {
  readonly #setOne: StatementSync;
  readonly #setMany: StatementSync;
  #rows: SQLInputValue[][] = [];

  constructor(database: DatabaseSync, table: 'remote' | 'synced', columns: readonly string[]) {
    this.#setOne = database.prepare(upsert(table, columns, 1));
    this.#setMany = database.prepare(upsert(table, columns, STATE_ROWS_PER_STATEMENT));
  }

  add(row: SQLInputValue[]): void {
    this.#rows.push(row);
    if (this.#rows.length < STATE_ROWS_PER_STATEMENT) return;
    this.#setMany.run(...this.#rows.flat());
    this.#rows = [];
  }

  /** Sets those that wait for others. */
  flush(): void {
    for (const row of this.#rows) this.#setOne.run(...row);
    this.#rows = [];
  }

  forget(): void {
    this.#rows = [];
  }
}

/** Sets rows; those that are there keep their places in the order. */
function upsert(table: 'remote' | 'synced', columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const values = Array.from({ length: rows }, () => row).join(', ');
  const changes = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values} ON CONFLICT (nodeId) DO UPDATE SET ${changes}`;
}
