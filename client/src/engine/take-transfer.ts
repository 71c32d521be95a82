import type { NodeId } from '@syncline/protocol';
import { type Execution, postpone } from './execution.ts';
import type { RunningTransfers } from './running-transfers.ts';

/**
 * What a large transfer has brought. `left` while it is under way, and after a failure that another try may mend: that is made after
 * a pause, beside everything else. `none`: it does not run.
 *
 * @throws what ended it, when no other try can mend that.
 */
export function takeTransfer<T>(
  execution: Execution,
  transfers: RunningTransfers<T>,
  { nodeId, key }: { readonly nodeId: NodeId; readonly key: string },
): 'none' | 'left' | { readonly value: T } {
  const ending = transfers.take(key);
  if (ending?.kind === 'brought') return { value: ending.value };
  if (ending?.kind === 'failed') {
    if (!execution.isUnavailable(ending.failure)) throw ending.failure;
    postpone(execution, nodeId, execution.transfers.pause(key));
    execution.isOvertaken = true;
    return 'left';
  }
  if (!transfers.has(key)) return 'none';
  execution.left.add(nodeId);
  return 'left';
}
