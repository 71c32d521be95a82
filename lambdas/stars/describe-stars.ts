import { formatInstant, type NamespaceId, type Star } from '@syncline/protocol';
import { type Ancestry, NamespaceView } from '../journal/namespace-view.ts';
import type { NamespaceStore, StoredNode } from '../namespaces/namespace-store.ts';
import { readableNode } from '../namespaces/open-namespace.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { Caller } from '../runtime/caller.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { STAR_NAMESPACES_AT_ONCE } from './limits.ts';
import type { StoredStar } from './star-store.ts';

/** Stars of an account with their nodes as they are now, and those whose nodes are not in their namespace any more. */
export interface DescribedStars {
  readonly stars: readonly Star[];
  /** Of what was purged, or went with a folder that was shared: nothing brings it back. */
  readonly gone: readonly StoredStar[];
}

/**
 * What stands in the live tree of a namespace that the caller may read, in the order of the stars; the rest is left out.
 * Cost: for each namespace a read of the head, and one per level of folders.
 */
export async function describeStars(
  { namespaces }: { readonly namespaces: NamespaceStore },
  stored: readonly StoredStar[],
  { accountId }: Caller,
): Promise<DescribedStars> {
  const byNamespace = new Map<NamespaceId, StoredStar[]>();
  for (const star of stored) byNamespace.set(star.namespaceId, [...(byNamespace.get(star.namespaceId) ?? []), star]);
  const described = new Map<StoredStar, Star>();
  const gone: StoredStar[] = [];
  await mapBounded(STAR_NAMESPACES_AT_ONCE, [...byNamespace], async ([namespaceId, group]) => {
    const access = await namespaces.readAccess({ namespaceId, accountId });
    if (access === undefined) return;
    const view = new NamespaceView({ namespaces }, access);
    await view.loadAncestors(group.map(({ nodeId }) => nodeId));
    for (const star of group) {
      const ancestry = await view.ancestry(star.nodeId);
      const node = readableNode(ancestry);
      if (node !== undefined) described.set(star, toWire(star, node, ancestry));
      else if (ancestry.kind === 'unknown') gone.push(star);
    }
  });
  return { stars: stored.flatMap((star) => described.get(star) ?? []), gone };
}

function toWire({ starredAt }: StoredStar, node: StoredNode, ancestry: Ancestry): Star {
  const chain = 'chain' in ancestry ? ancestry.chain : [];
  const path = chain
    .toReversed()
    .map(({ name }) => `/${name}`)
    .join('');
  return { node: toWireNode(node), path, starredAt: formatInstant(starredAt) };
}
