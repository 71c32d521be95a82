import { DAY_MS, type EpochMs, HOUR_MS, parseInstant } from '@syncline/protocol';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { THIN_TO_DAYS_AFTER_MS, THIN_TO_HOURS_AFTER_MS } from './limits.ts';

export interface RetentionRule {
  /** The revision that is the present content. */
  readonly contentRev: number;
  readonly retentionMs: number;
  /** Whether not all stay until then. */
  readonly isThinned: boolean;
  readonly now: EpochMs;
}

/**
 * The revisions of a file that are not kept any more, of all that there are. What is present, labelled or kept stays. Of the others one counts from when it
 * was replaced: for a day all stay, for a week the newest of each hour in which they were made, then the newest of each day, and
 * after the retention none. Revisions that lost a conflict are what is left of somebody's work: they are not thinned.
 *
 * To expire at one time and again at a later one leaves what expiring at the later one leaves, or more until the next revision is as old.
 */
export function expiredRevisions(revisions: readonly StoredRevision[], rule: RetentionRule): readonly StoredRevision[] {
  const expired: StoredRevision[] = [];
  const taken = new Set<string>();
  let replacedAt: EpochMs | undefined;
  for (const revision of revisions.toSorted((left, right) => right.rev - left.rev)) {
    const madeAt = parseInstant(revision.committedAt);
    const isLosing = revision.losing === true;
    const ageMs = rule.now - (isLosing ? madeAt : (replacedAt ?? rule.now));
    const isMarked = revision.label !== undefined || revision.kept === true;
    const isPresent = revision.rev === rule.contentRev;
    if (!isLosing) replacedAt = madeAt;
    if (isMarked || isPresent) continue;
    const slot = slotOf(madeAt, ageMs);
    const isThinned = rule.isThinned && !isLosing && slot !== undefined && taken.has(slot);
    if (ageMs >= rule.retentionMs || isThinned) expired.push(revision);
    else if (!isLosing && slot !== undefined) taken.add(slot);
  }
  return expired;
}

/** The stretch of time of which one revision stays; undefined where all do. */
function slotOf(madeAt: EpochMs, ageMs: number): string | undefined {
  if (ageMs < THIN_TO_HOURS_AFTER_MS) return undefined;
  if (ageMs < THIN_TO_DAYS_AFTER_MS) return `hour ${Math.floor(madeAt / HOUR_MS)}`;
  return `day ${Math.floor(madeAt / DAY_MS)}`;
}
