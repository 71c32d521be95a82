import type { EpochMs } from '@syncline/protocol';
import { RUN_AGE_MS_MAX } from './limits.ts';
import type { SweepProgress } from './sweep-index.ts';

/**
 * The sweep's own clock: milliseconds that it has lived through. A run adds what has passed since the last one, but never more than
 * RUN_AGE_MS_MAX and never less than nothing. So a clock on the wall that jumps by a month ages nothing by more than two hours, and a
 * sweep that was away for a year goes on where it was.
 */
export function ageSweep(last: SweepProgress | undefined, now: EpochMs): SweepProgress {
  if (last === undefined) return { wallAt: now, sweepAt: 0, phase: 'heads', begunAt: 0 };
  const passedMs = Math.min(Math.max(now - last.wallAt, 0), RUN_AGE_MS_MAX);
  return { ...last, wallAt: now, sweepAt: last.sweepAt + passedMs };
}
