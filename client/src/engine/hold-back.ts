import type { NodeId } from '@syncline/protocol';
import { type Execution, postpone, report } from './execution.ts';
import type { HeldBack } from './ports.ts';

/** A file whose bytes do not get through. `key` names the content, and the pause that it makes. */
interface Passage {
  readonly nodeId: NodeId;
  readonly path: string;
  readonly key: string;
}

/**
 * A file whose bytes do not get to the store, or from it, is named and rests, longer each time, and everything else goes on. Where the store answers for
 * nobody, nothing is said of the file: `storeFailure` ends the execution when all that needs no store is done.
 */
export function holdBack(execution: Execution, { nodeId, path, key }: Passage, { wasTried, failure }: HeldBack): void {
  if (wasTried) {
    report(execution, { path, reason: 'held-back' });
    postpone(execution, nodeId, execution.transfers.pause(key, 'held-back'));
  } else execution.storeFailure ??= failure;
}

/** Whether a file rests because its bytes did not get through; it is named then. */
export function isHeldBack(execution: Execution, passage: Omit<Passage, 'key'>, keyOf: () => string): boolean {
  // Most executions have none, and thousands of files.
  const until = execution.transfers.hasPauses ? execution.transfers.pausedUntil(keyOf(), 'held-back') : undefined;
  if (until === undefined) return false;
  report(execution, { path: passage.path, reason: 'held-back' });
  postpone(execution, passage.nodeId, until);
  return true;
}
