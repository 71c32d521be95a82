import { assert, type NamespaceId, nameKey } from '@syncline/protocol';
import type { ContentName, NamespaceStore, NamespaceTransaction, StoredNode } from '../namespaces/namespace-store.ts';
import type { Step } from './free-bytes.ts';
import { REMOVED_CHILDREN_MAX, REMOVED_ITEMS_MAX, REMOVED_REVISIONS_MAX } from './limits.ts';
import type { OpenRemainder, Remainder } from './remainder.ts';

export interface RemoveDoomedDependencies {
  readonly namespaces: Pick<NamespaceStore, 'getNodes' | 'listChildren' | 'listRevisions'>;
}

type Doomed = OpenRemainder & { readonly kind: 'doomed' };

/** What one step removes. */
interface Removal {
  readonly below: Remainder[];
  readonly dropped: ContentName[];
  readonly nodes: NamespaceTransaction['nodes'][number][];
  readonly places: NamespaceTransaction['places'][number][];
  readonly removed: { readonly nodeId: StoredNode['nodeId']; readonly rev: number }[];
  bytesRetained: number;
  /** Of files that are live in their own rows: they were taken off the bytes that count as present, on the row of the root. */
  bytesFreed: number;
  items: number;
}

/**
 * Removes what lies in a folder that is gone for good, as much as one transaction holds: files with all their revisions, marked or not. Folders in it
 * are left for steps of their own. When nothing lies in it any more the remainder ends.
 *
 * The row of a folder stays: what had been deleted in it before it was has its way up through it. What lies in the trash by itself is
 * not looked at: it stands in no folder. Undefined, and nothing is to be done yet, while bytes below the root may count as present: whoever has listed
 * what is left can have missed a remainder that another worker replaced by others meanwhile. Cost: 2 reads, and a query of each file.
 */
export async function removeDoomed(
  dependencies: RemoveDoomedDependencies,
  groundId: NamespaceId,
  remainder: Doomed,
): Promise<Step | undefined> {
  const { rootId, nodeId } = remainder;
  const found = await dependencies.namespaces.getNodes(groundId, [rootId, nodeId]);
  const [root, node] = [found.get(rootId), found.get(nodeId)];
  const ended = { settling: { remainder, outcome: 'ended', below: [], removed: [] } } as const;
  // Its id may have been taken anew since it was removed.
  if (node?.purgedAt === undefined) return ended;
  // Nothing begins the walk of a purged folder anew, so what has come to an end stays so.
  if ((root?.freeingLeft ?? 0) > 0) return undefined;
  const removal: Removal = {
    below: [],
    dropped: [],
    nodes: [],
    places: [],
    removed: [],
    bytesRetained: 0,
    bytesFreed: 0,
    items: 0,
  };
  if (node.kind === 'file') await removeFile(dependencies, removal, node);
  else await removeChildren(dependencies, removal, { folder: node, remainder });
  if (removal.items === 0) return ended;
  const { below, removed, bytesRetained, bytesFreed, dropped, nodes, places } = removal;
  const freed =
    root?.freedSince === undefined || bytesFreed === 0
      ? {}
      : { freed: { nodeId: rootId, rev: root.rev, since: root.freedSince, bytes: -bytesFreed, left: 0 } };
  assert(bytesFreed === 0 || 'freed' in freed, 'what lay in a folder went with it');
  return {
    settling: { remainder, outcome: 'going', below, removed, ...freed },
    dropped,
    nodes,
    places,
    bytesRetainedDelta: -bytesRetained,
  };
}

async function removeChildren(
  dependencies: RemoveDoomedDependencies,
  removal: Removal,
  { folder, remainder }: { readonly folder: StoredNode; readonly remainder: Doomed },
): Promise<void> {
  const { deletedAt, purgedAt, namespaceId: groundId, nodeId: parentId } = folder;
  assert(deletedAt !== undefined && purgedAt !== undefined, 'a doomed folder was purged');
  const page = { namespaceId: groundId, parentId, limit: REMOVED_CHILDREN_MAX };
  const { nodes } = await dependencies.namespaces.listChildren(page);
  for (const child of nodes) {
    assert(child.kind !== 'mount', 'no folder that holds a shared one goes into the trash');
    if (child.kind === 'file') {
      if (!(await removeFile(dependencies, removal, child))) return;
      removal.bytesFreed += child.size;
    } else {
      if (removal.items + 3 > REMOVED_ITEMS_MAX) return;
      const { nodeId, rev } = child;
      removal.below.push({ ...remainder, nodeId });
      removal.nodes.push({ node: { ...child, deletedAt, purgedAt }, expectedRev: rev });
      removal.items += 2;
    }
    removal.places.push({ place: { parentId, nameKey: nameKey(child.name) }, expectedNodeId: child.nodeId });
    removal.items += 1;
  }
}

/** Whether all of a file goes with this step; some of its revisions, when it has more than one step holds. */
async function removeFile(
  { namespaces }: RemoveDoomedDependencies,
  removal: Removal,
  { namespaceId, nodeId, rev }: StoredNode,
): Promise<boolean> {
  const page = { namespaceId, nodeId, limit: REMOVED_REVISIONS_MAX };
  const { revisions, next } = await namespaces.listRevisions(page);
  // The revisions, that they went, the node, and its place.
  if (removal.items > 0 && removal.items + revisions.length + 3 > REMOVED_ITEMS_MAX) return false;
  for (const revision of revisions) {
    removal.dropped.push({ nodeId, rev: revision.rev });
    removal.bytesRetained += revision.size;
  }
  removal.items += revisions.length + 1;
  if (next !== undefined) return false;
  removal.removed.push({ nodeId, rev });
  removal.items += 1;
  return true;
}
