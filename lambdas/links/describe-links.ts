import { formatInstant, type Link, type LinkEnd, type NamespaceId } from '@syncline/protocol';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { readableNode } from '../namespaces/open-namespace.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import { LINK_NAMESPACES_AT_ONCE } from './limits.ts';
import { endOf, mayGive } from './link-end.ts';
import type { StoredLink } from './link-store.ts';

export interface DescribeLinksDependencies {
  readonly namespaces: NamespaceStore;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Links of one account as it sees them, in their order: where each leads to now, and whether it opens.
 * Cost: for each namespace a read of the head, and one per level of folders.
 */
export async function describeLinks(
  { namespaces, clock }: DescribeLinksDependencies,
  links: readonly StoredLink[],
): Promise<Link[]> {
  const now = clock.now();
  const byNamespace = new Map<NamespaceId, StoredLink[]>();
  for (const link of links) byNamespace.set(link.namespaceId, [...(byNamespace.get(link.namespaceId) ?? []), link]);
  const described = await mapBounded(LINK_NAMESPACES_AT_ONCE, [...byNamespace.values()], async (group) => {
    const targets = await readTargets(namespaces, group);
    return group.map((link) => [link.linkId, wireLink(link, targets.get(link), endOf(link, now))] as const);
  });
  const byId = new Map(described.flat());
  return links.flatMap(({ linkId }) => byId.get(linkId) ?? []);
}

/** Where a link leads to: `path` while its maker may give it, and something stands there. */
interface Target {
  readonly path?: string;
  readonly end?: LinkEnd;
}

async function readTargets(
  namespaces: NamespaceStore,
  group: readonly StoredLink[],
): Promise<ReadonlyMap<StoredLink, Target>> {
  const [first] = group;
  if (first === undefined) return new Map();
  const { namespaceId, accountId } = first;
  const access = await namespaces.readAccess({ namespaceId, accountId });
  if (access === undefined) return new Map(group.map((link) => [link, { end: 'revoked' }]));
  const view = new NamespaceView({ namespaces }, access);
  await view.loadAncestors(group.map(({ nodeId }) => nodeId));
  const targets = new Map<StoredLink, Target>();
  for (const link of group) {
    if (link.nodeId === view.rootId) targets.set(link, { path: '/' });
    else {
      const ancestry = await view.ancestry(link.nodeId);
      if (readableNode(ancestry) === undefined) targets.set(link, { end: 'gone' });
      else targets.set(link, { path: pathOf('chain' in ancestry ? ancestry.chain : []) });
    }
    if (!mayGive(access.role, link.role)) targets.set(link, { ...targets.get(link), end: 'revoked' });
  }
  return targets;
}

function pathOf(chain: readonly { readonly name: string }[]): string {
  return `/${chain
    .map(({ name }) => name)
    .toReversed()
    .join('/')}`;
}

/** What the link itself says of its end counts before what has become of its target. */
function wireLink(link: StoredLink, target: Target | undefined, own: LinkEnd | undefined): Link {
  const { linkId, role, namespaceId, nodeId, rev, uses, maxUses } = link;
  const end = own ?? target?.end;
  return {
    linkId,
    role,
    namespaceId,
    nodeId,
    ...(rev === undefined ? {} : { rev }),
    ...(target?.path === undefined ? {} : { path: target.path }),
    ...(end === undefined ? {} : { end }),
    hasPassword: link.passwordHash !== undefined,
    createdAt: formatInstant(link.createdAt),
    expiresAt: formatInstant(link.endsAt),
    uses,
    ...(maxUses === undefined ? {} : { maxUses }),
  };
}
