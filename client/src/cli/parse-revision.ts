import { InvalidArgumentError } from 'commander';

/** The number of a revision, as `syncline history` shows it. @throws InvalidArgumentError for anything else. */
export function parseRevision(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A revision is a number, as `syncline history` shows it.');
}
