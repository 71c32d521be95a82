import type { Operation } from '@syncline/protocol';
import { decideCopy } from './decide-copy.ts';
import { decideDelete } from './decide-delete.ts';
import { decideMkdir } from './decide-mkdir.ts';
import { decideMove } from './decide-move.ts';
import { decidePurge } from './decide-purge.ts';
import { decidePut } from './decide-put.ts';
import { decideRestore } from './decide-restore.ts';
import type { Decision } from './decision.ts';
import type { OperationContext } from './operation-context.ts';
import { withinQuota } from './within-quota.ts';

/** Decides what one operation does to the namespace as the view has it. Reads, and writes nothing. */
export async function decideOperation(context: OperationContext, operation: Operation): Promise<Decision> {
  return withinQuota(context, await decideByType(context, operation));
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
