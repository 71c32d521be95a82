import { type NamespaceId, nameKey } from '@syncline/protocol';
import type { NamespaceStore, NamespaceTransaction } from '../namespaces/namespace-store.ts';
import { FREED_CHILDREN_MAX, FREED_FOLDERS_MAX } from './limits.ts';
import type { OpenRemainder, Remainder } from './remainder.ts';

/** What a step changes; the rest of its transaction is the same for all. */
export type Step = Pick<NamespaceTransaction, 'settling'> & Partial<NamespaceTransaction>;

/**
 * Takes what lies in a folder off the bytes that count as present, because it went into the trash with another folder, and leaves the folders in it
 * for steps of their own. Only what still lies in the trash by that deletion is counted: a restore has the row of the root as its condition, and
 * so has this. Cost: a read, and a query of 1,000 children.
 */
export async function freeBytes(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'getNodes' | 'listChildren'> },
  groundId: NamespaceId,
  remainder: OpenRemainder & { readonly kind: 'bytes' },
): Promise<Step> {
  const { namespaceId, rootId, nodeId: parentId, since, after } = remainder;
  const root = (await namespaces.getNodes(groundId, [rootId])).get(rootId);
  if (root?.freedSince !== since) return { settling: { remainder, outcome: 'ended', below: [], removed: [] } };
  const page = {
    namespaceId: groundId,
    parentId,
    limit: FREED_CHILDREN_MAX,
    ...(after === undefined ? {} : { after }),
  };
  const { nodes, next } = await namespaces.listChildren(page);
  const below: Remainder[] = [];
  let bytes = 0;
  let outcome: 'ended' | { readonly after: string } = next === undefined ? 'ended' : { after: next };
  for (const { kind, nodeId, size, name } of nodes) {
    if (kind === 'folder') below.push({ kind: 'bytes', namespaceId, rootId, nodeId, since });
    if (kind === 'file') bytes += size;
    if (below.length < FREED_FOLDERS_MAX) continue;
    outcome = { after: nameKey(name) };
    break;
  }
  const left = below.length - (outcome === 'ended' ? 1 : 0);
  return {
    settling: { remainder, outcome, below, removed: [], freed: { nodeId: rootId, rev: root.rev, since, bytes, left } },
    bytesLogicalDelta: -bytes,
    bytesTrashDelta: root.purgedAt === undefined ? bytes : 0,
  };
}
