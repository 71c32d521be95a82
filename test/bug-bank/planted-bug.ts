import type { INVARIANTS } from '../simulation/invariant-violation.ts';

/**
 * One programming error that the suite must notice. It is data: the product has nothing of it, and a test run has it in when
 * SYNCLINE_BUG names it.
 */
export interface PlantedBug {
  readonly id: string;
  /** What the error does, as a sentence. */
  readonly what: string;
  /** What must hold, and does not hold with it. */
  readonly invariant: Exclude<keyof typeof INVARIANTS, 'engine'>;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Catcher;
}

/** The quickest test that fails with a bug in. */
export interface Catcher {
  readonly file: string;
  /** Its name as the file has it; of a `test.each` one of the names that it makes. */
  readonly test: string;
}

/** The text of a file with the bug in. @throws when the bug does not fit the file: then the bank is out of date. */
export function plant(text: string, { id, file, find, replace }: PlantedBug): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`bug ${id}: what it replaces must stand exactly once in ${file}`);
  }
  return before + replace + after;
}
