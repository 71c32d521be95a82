import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { DeleteContext } from './decide-delete.ts';
import type { DecisionContext } from './decision.ts';
import type { ContentFindings } from './find-contents.ts';

/** What operations are decided by. */
export interface OperationContext extends DecisionContext {
  readonly contents: ContentFindings;
  /** For sources of copies in other namespaces. */
  readonly namespaces: NamespaceStore;
  readonly seenBatches: DeleteContext['seenBatches'];
}
