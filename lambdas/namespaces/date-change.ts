import { type EpochMs, epochMs } from '@syncline/protocol';
import type { NamespaceHead } from './namespace-store.ts';

/**
 * The time that a change of a namespace is dated with: what the clock says, but never before the floor of its head. What was replaced or deleted
 * is kept for a time that counts from that date; a clock that is behind by a month must not have it expire at once.
 */
export function dateChange({ timeFloor }: Pick<NamespaceHead, 'timeFloor'>, now: EpochMs): EpochMs {
  return timeFloor === undefined ? now : epochMs(Math.max(now, timeFloor));
}
