import type { NodeId } from '@syncline/protocol';
import { type Execution, postpone, report } from './execution.ts';
import { HELD_BACK_FAILURES_LEAST } from './limits.ts';
import type { HeldBack } from './ports.ts';

/** A file whose bytes do not get through. `key` names the content, and the pause that it makes. */
interface Passage {
  readonly nodeId: NodeId;
  readonly path: string;
  readonly key: string;
}

/**
 * A file whose bytes do not get to the store, or from it, is named and rests, longer each time, and everything else goes on: for minutes at once, if those of
 * others do get through; else it may be the network, and be over soon. Where the store answers for nobody, nothing is said of the file: `storeFailure` ends the
 * execution when all that needs no store is done.
 */
export function holdBack(execution: Execution, { nodeId, path, key }: Passage, { scope, failure }: HeldBack): void {
  if (scope === 'store') {
    execution.storeFailure ??= failure;
    return;
  }
  report(execution, { path, reason: 'held-back' });
  // Whether the service is there, the next round asks.
  if (scope === 'unknown') execution.isOvertaken = true;
  const least = scope === 'chunk' ? HELD_BACK_FAILURES_LEAST : 0;
  postpone(execution, nodeId, execution.transfers.pause(key, { isHeldBack: true, least }));
}

/** Whether the transfer of a file rests after a failure. If its bytes did not get through, it is named. */
export function isResting(execution: Execution, { nodeId, path }: Omit<Passage, 'key'>, keyOf: () => string): boolean {
  // Most executions have none, and thousands of files.
  const pause = execution.transfers.hasPauses ? execution.transfers.pauseOf(keyOf()) : undefined;
  if (pause === undefined) return false;
  if (pause.isHeldBack) report(execution, { path, reason: 'held-back' });
  postpone(execution, nodeId, pause.notBefore);
  return true;
}
