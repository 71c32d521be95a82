import type { Random } from '../api/clock.ts';

/** Pauses that double from the least to the longest. `shareMin` of each is always waited, the rest is left to chance. */
export interface GrowingDelay {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly shareMin: number;
}

/** The pause of the given step (0, 1, 2 …) in milliseconds. Even with the worst luck never less than `shareMin` of its length. */
export function growingDelayMs(delay: GrowingDelay, step: number, random: Random): number {
  const ceiling = Math.min(delay.delayMsMax, delay.delayMsMin * 2 ** step);
  return Math.round(ceiling * (delay.shareMin + (1 - delay.shareMin) * random()));
}
