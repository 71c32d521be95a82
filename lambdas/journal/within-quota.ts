import { type Decision, type DecisionContext, refusing } from './decision.ts';
import { logicalBytesAdded } from './node-change.ts';

/** Refuses a change that there is no room for. One that takes no more room is never refused, however full the namespace is. */
export function withinQuota({ view }: Pick<DecisionContext, 'view'>, decision: Decision): Decision {
  if (decision.kind !== 'change') return decision;
  const added = logicalBytesAdded(decision.change);
  const { bytesLogical, quotaBytes, groundId } = view.head;
  if (added <= 0 || bytesLogical + added <= quotaBytes) return decision;
  const detail = 'there is no room left: delete something, or ask for a larger quota';
  // How full the home is that a shared folder came from is for its owner alone.
  return groundId === undefined
    ? refusing('quota_exceeded', detail, { quotaBytes, usedBytes: bytesLogical })
    : refusing('quota_exceeded', detail);
}
