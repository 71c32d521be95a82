import { formatInstant, type LinkNode, type RouteResponse } from '@syncline/protocol';
import type { LinkVisitor } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { toLinkNode } from './link-node.ts';
import { ended, type OpenLink, type OpenLinkDependencies, openLink } from './open-link.ts';

/** What a link is for. A link for uploads tells nothing of its folder, not even the name. Cost: that of openLink. */
export async function getLink(
  dependencies: OpenLinkDependencies,
  token: string,
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'getLink'>>> {
  const opened = await openLink(dependencies, { token, visitor });
  if (opened.kind === 'refused') return opened;
  const { link } = opened.value;
  const { role, uses, maxUses } = link;
  const node = role === 'view' ? await shownNode(dependencies, opened.value) : undefined;
  if (role === 'view' && node === undefined) return ended('gone');
  return done({
    role,
    ...(node === undefined ? {} : { node }),
    expiresAt: formatInstant(link.endsAt),
    ...(maxUses === undefined ? {} : { usesLeft: maxUses - uses }),
  });
}

/** The target, with the content that a pinned link shows. */
async function shownNode(
  { namespaces }: OpenLinkDependencies,
  { link, target }: OpenLink,
): Promise<LinkNode | undefined> {
  const shown = toLinkNode(link, target);
  if (link.rev === undefined) return shown;
  const { namespaceId, nodeId, rev } = link;
  const revision = await namespaces.getRevision({ namespaceId, nodeId, rev });
  if (revision === undefined) return undefined;
  const { executable: _executable, ...rest } = shown;
  const { size, contentHash, executable } = revision;
  const modifiedAt = revision.clientModifiedAt ?? revision.committedAt;
  return { ...rest, size, contentHash, modifiedAt, ...(executable === undefined ? {} : { executable }) };
}
