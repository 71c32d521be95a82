import { numberedName } from '@syncline/protocol';
import { FREE_NAMES_MAX } from './limits.ts';

/** `report (2).pdf`, or the next number that is free; undefined when FREE_NAMES_MAX are taken. */
export function freeName(name: string, isTaken: (candidate: string) => boolean): string | undefined {
  for (let mark = 2; mark < FREE_NAMES_MAX + 2; mark++) {
    const candidate = numberedName(name, mark);
    if (!isTaken(candidate)) return candidate;
  }
  return undefined;
}
