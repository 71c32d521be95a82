import type { NamespaceId, NodeId, RouteResponse } from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace } from './open-namespace.ts';
import { toWireNode } from './wire-node.ts';

/** One live node. Cost: a read for the namespace and one per level. */
export async function getNode(
  dependencies: OpenNamespaceDependencies,
  request: { readonly nodeId: NodeId; readonly namespaceId?: NamespaceId | undefined },
  caller: Caller,
): Promise<Outcome<RouteResponse<'getNode'>>> {
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const node = await findLiveNode(dependencies, access.value, request.nodeId);
  return node.kind === 'refused' ? node : done({ node: toWireNode(node.value) });
}
