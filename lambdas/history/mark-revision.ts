import type { NamespaceId, NodeId, RouteResponse } from '@syncline/protocol';
import { toWireRevision } from '../namespaces/list-revisions.ts';
import type { RevisionMark } from '../namespaces/namespace-store.ts';
import { findLiveNode, notFound, type OpenNamespaceDependencies, openNamespace } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';

export interface MarkRevisionRequest extends RevisionMark {
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly namespaceId?: NamespaceId | undefined;
}

/**
 * Labels a revision of a live file, or keeps it beyond the retention. Idempotent. It is no change of the tree: the journal
 * says nothing of it (docs/decisions/0120-revisions-are-restored-by-commits.md). Cost: the reads of getNode and one write.
 */
export async function markRevision(
  dependencies: OpenNamespaceDependencies,
  { nodeId, rev, namespaceId: named, ...mark }: MarkRevisionRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'markRevision'>>> {
  const access = await openNamespace(dependencies, caller, named);
  if (access.kind === 'refused') return access;
  const file = await findLiveNode(dependencies, access.value, nodeId);
  if (file.kind === 'refused') return file;
  if (access.value.role === 'viewer') return refused('forbidden', 'this account may read here, but not write');
  const { namespaceId } = access.value.head;
  const revision = await dependencies.namespaces.markRevision({ namespaceId, nodeId, rev }, mark);
  return revision === undefined ? notFound() : done({ revision: toWireRevision(revision) });
}
