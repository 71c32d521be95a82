import type { Operation } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { decideCopy } from './decide-copy.ts';
import { type DeleteContext, decideDelete } from './decide-delete.ts';
import { decideMkdir } from './decide-mkdir.ts';
import { decideMove } from './decide-move.ts';
import { decidePurge } from './decide-purge.ts';
import { decidePut } from './decide-put.ts';
import { decideRestore } from './decide-restore.ts';
import { type Decision, type DecisionContext, refusing } from './decision.ts';
import type { UploadFindings } from './find-uploads.ts';
import { logicalBytesAdded } from './node-change.ts';

export interface OperationContext extends DecisionContext {
  readonly uploads: UploadFindings;
  /** For sources of copies in other namespaces. */
  readonly namespaces: NamespaceStore;
  readonly seenBatches: DeleteContext['seenBatches'];
}

/** Decides what one operation does to the namespace as the view has it. Reads, and writes nothing. */
export async function decideOperation(context: OperationContext, operation: Operation): Promise<Decision> {
  const decision = await decideByType(context, operation);
  return decision.kind === 'change' ? withinQuota(context, decision) : decision;
}

function decideByType(context: OperationContext, operation: Operation): Promise<Decision> {
  switch (operation.type) {
    case 'put':
      return decidePut(context, operation);
    case 'mkdir':
      return decideMkdir(context, operation);
    case 'move':
      return decideMove(context, operation);
    case 'delete':
      return decideDelete(context, operation);
    case 'restore':
      return decideRestore(context, operation);
    case 'purge':
      return decidePurge(context, operation);
    case 'copy':
      return decideCopy(context, operation);
  }
}

/** A change that takes no more room is never refused, however full the namespace is. */
function withinQuota({ view }: OperationContext, decision: Decision & { readonly kind: 'change' }): Decision {
  const added = logicalBytesAdded(decision.change);
  const { bytesLogical, quotaBytes, groundId } = view.head;
  if (added <= 0 || bytesLogical + added <= quotaBytes) return decision;
  const detail = 'there is no room left: delete something, or ask for a larger quota';
  // How full the home is that a shared folder came from is for its owner alone.
  return groundId === undefined
    ? refusing('quota_exceeded', detail, { quotaBytes, usedBytes: bytesLogical })
    : refusing('quota_exceeded', detail);
}
