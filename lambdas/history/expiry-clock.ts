import { type EpochMs, epochMs, type NamespaceId } from '@syncline/protocol';
import { EXPIRY_CLOCK_BEHIND_MS, EXPIRY_RUN_AGE_MS_MAX } from './limits.ts';

/** Keeps the time by which the retention is measured, and below which no change is dated. */
export interface ExpiryClock {
  /** Undefined before the first run. Strongly consistent. Cost: 1 read. */
  read(): Promise<EpochMs | undefined>;

  /** Cost: 1 write. */
  write(time: EpochMs): Promise<void>;

  /** Lets no change of a namespace be dated before `timeFloor` from now on; a floor is never lowered. Cost: 1 write. */
  raiseFloor(floor: { readonly namespaceId: NamespaceId; readonly timeFloor: EpochMs }): Promise<void>;
}

/**
 * The expiry's own time, to which a run adds what has passed on the wall, but EXPIRY_RUN_AGE_MS_MAX at most, and which never goes back. A
 * clock that is ahead by a month ages nothing by more than that; one that is behind ages nothing. The first run begins as far
 * behind its clock as nothing can be due in a new deployment, so that it does not have to be right either.
 */
export function ageExpiry(kept: EpochMs | undefined, now: EpochMs): EpochMs {
  if (kept === undefined) return epochMs(Math.max(0, now - EXPIRY_CLOCK_BEHIND_MS));
  return epochMs(Math.max(kept, Math.min(now, kept + EXPIRY_RUN_AGE_MS_MAX)));
}
