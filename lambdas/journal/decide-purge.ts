import type { PurgeOperation } from '@syncline/protocol';
import { changing, type Decision, type DecisionContext, refusing } from './decision.ts';
import { purged } from './node-change.ts';

/** Ends a node in the trash for good, with all that it took along: one entry, whatever the size of the subtree. */
export async function decidePurge(context: DecisionContext, operation: PurgeOperation): Promise<Decision> {
  const { view } = context;
  if (view.role !== 'owner') return refusing('forbidden', 'only an owner may remove something for good');
  const node = await view.node(operation.nodeId);
  if (node === undefined) return refusing('not_found', 'there is no such node');
  if (node.deletedAt !== operation.deletedAt) {
    return refusing('conflict', 'it does not lie in the trash, or was deleted at another time than is said');
  }
  return changing(purged(context, node));
}
