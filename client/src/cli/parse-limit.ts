import { InvalidArgumentError } from 'commander';

/** How many things a command is to tell. */
export function parseLimit(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number from 1 to 999999.');
}
