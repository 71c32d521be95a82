import { type EpochMs, epochMs, SECOND_MS } from '@syncline/protocol';

/**
 * A lifetime's end as stores keep it: whole seconds, rounded up, because that is the unit of DynamoDB's time to live.
 * Every implementation rounds alike, so that none of them lets a thing live longer than another.
 */
export function roundUpToSecond(at: EpochMs): EpochMs {
  return epochMs(Math.ceil(at / SECOND_MS) * SECOND_MS);
}
