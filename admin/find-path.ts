import { type NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import type { StoredNode } from '../lambdas/namespaces/namespace-store.ts';
import type { Audit } from './audit.ts';
import { PATH_DEPTH_MAX } from './limits.ts';

/** What stands above a node. `gone`: it was purged, or lies in something that was, and its rows are yet to go. `lost`: a folder is missing. */
export interface Ancestry {
  readonly kind: 'rooted' | 'gone' | 'lost';
  /** From the node upwards. */
  readonly chain: readonly StoredNode[];
  /** The nearest namespace above, where it is known. */
  readonly namespaceId?: NamespaceId;
}

/** Goes up from a node to the root of the nearest namespace. Cost: one read a folder. */
export async function findAncestry(
  { namespaces, grounds }: Pick<Audit, 'namespaces' | 'grounds'>,
  groundId: NamespaceId,
  nodeId: NodeId,
): Promise<Ancestry> {
  const roots = new Map(grounds.group(groundId).map((namespaceId) => [rootNodeId(namespaceId), namespaceId]));
  const chain: StoredNode[] = [];
  let at = nodeId;
  for (let depth = 0; depth < PATH_DEPTH_MAX; depth++) {
    const namespaceId = depth === 0 ? undefined : roots.get(at);
    if (namespaceId !== undefined) return { kind: 'rooted', chain, namespaceId };
    const node = (await namespaces.getNodes(groundId, [at])).get(at);
    if (node === undefined) return { kind: 'lost', chain };
    chain.push(node);
    if (node.purgedAt !== undefined) return { kind: 'gone', chain };
    at = node.parentId;
  }
  return { kind: 'lost', chain };
}

/** The path of a node, as far up as it is known. */
export function pathOf({ chain }: Ancestry): string {
  return chain
    .map(({ name }) => `/${name}`)
    .toReversed()
    .join('');
}
